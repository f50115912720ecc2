"""The product's console tasks as the robot reads them: the contract of `/v1/tasks`, nothing more."""

from typing import Annotated, Any, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from emulator.spec import Protocol


class _Wire(BaseModel):
    model_config = ConfigDict(frozen=True, extra="ignore")


class Pair(_Wire):
    """A location of a group."""

    group_id: str
    group_path: str = ""
    location_id: str
    location_name: str = ""


class CopyServer(_Wire):
    """Where clients will find a server over HTTP."""

    server: str
    address: str
    http_port: int


class ServerSubject(_Wire):
    """A server of which something is to be saved, or looked at."""

    server: str


class RecoverySubject(ServerSubject):
    """A server whose recovery file is to be saved."""

    asks_hand_outs: bool = False
    """Whether this person may also stop what hands out Sylink.xml, and state it here."""


class PartnersSubject(_Wire):
    """Replication partners."""

    partners: tuple[str, ...] = ()


class CopyListSubject(_Wire):
    """A list to copy, and how the copy shall be."""

    source_list: str
    copy_list: str
    protocol: Protocol = Protocol.HTTP
    servers: tuple[CopyServer, ...]


class AssignListSubject(_Wire):
    """A list to assign, and where."""

    list: str
    pairs: tuple[Pair, ...]


class SecureSubject(_Wire):
    """Where to set secure communications, and how."""

    enabled: bool
    pairs: tuple[Pair, ...]


class CertificateSubject(_Wire):
    """A server whose certificate is to be replaced, and by which."""

    server: str
    fingerprint_sha256: str
    has_file: bool = True
    puts_back: bool = False
    """Whether it is the server's former one, which is in its recovery file."""


class DeleteListSubject(_Wire):
    """A list to delete."""

    list: str


class ReorderListSubject(_Wire):
    """A list whose servers are to be moved, and their order by priority."""

    list: str
    order: tuple[tuple[str, ...], ...]


class ImagesSubject(_Wire):
    """Groups whose golden images are to be refreshed, by path or id."""

    groups: tuple[str, ...]


class HandOut(_Wire):
    """Something that hands out Sylink.xml."""

    kind: str
    name: str


class StoppedSubject(_Wire):
    """What is to be started again."""

    stopped: tuple[HandOut, ...] = ()
    unstated: bool = False
    """Whether it may be more than that."""


class _Task(_Wire):
    id: str
    site_name: str
    state: str
    title: str = ""
    claimed_by: str | None = None
    instructions: tuple[str, ...] = ()
    """What to do at the console, one step a line."""


class SaveRecoveryFileTask(_Task):
    """Save a recovery file."""

    kind: Literal["save_recovery_file"]
    subject: RecoverySubject


class ReplicationTask(_Task):
    """Break or restore replication."""

    kind: Literal["pause_replication", "resume_replication"]
    subject: PartnersSubject


class CopyListTask(_Task):
    """Copy a list and edit the copy."""

    kind: Literal["copy_list"]
    subject: CopyListSubject


class AssignListTask(_Task):
    """Assign a list."""

    kind: Literal["assign_list"]
    subject: AssignListSubject


class SecureTask(_Task):
    """Set secure communications."""

    kind: Literal["set_secure_communications"]
    subject: SecureSubject


class CertificateTask(_Task):
    """Replace a certificate, or put back the one that clients hold."""

    kind: Literal["replace_certificate", "put_certificate_back"]
    subject: CertificateSubject

    @property
    def recovers(self) -> bool:
        """Whether the same certificate goes back in, out of the server's recovery file."""
        return self.kind == "put_certificate_back"

    @property
    def looks_at_signatures(self) -> bool:
        """Whether this person is to look at .SIG files before leaving a server whose certificate was replaced."""
        return not self.recovers and any(".SIG" in line for line in self.instructions)


class DeleteListTask(_Task):
    """Delete a list."""

    kind: Literal["delete_list"]
    subject: DeleteListSubject


class ComparedSubject(ServerSubject):
    """Servers whose .SIG files are compared."""

    others: tuple[str, ...] = ()
    """Beside that server."""

    @property
    def servers(self) -> tuple[str, ...]:
        """All of them."""
        return (*self.others, self.server)


class CompareSignedFilesTask(_Task):
    """Compare the dates of servers' .SIG files with that of their certificates."""

    kind: Literal["compare_signed_files"]
    subject: ComparedSubject


class ReorderListTask(_Task):
    """Move the servers of a list to other priorities."""

    kind: Literal["reorder_list"]
    subject: ReorderListSubject


class RefreshImagesTask(_Task):
    """Refresh golden images."""

    kind: Literal["refresh_images"]
    subject: ImagesSubject


class StopHandOutsTask(_Task):
    """Stop what hands out Sylink.xml."""

    kind: Literal["stop_hand_outs"]


class OtherClient(_Wire):
    """A client that may be looked at in the place of another one."""

    client: str


class ClientToLookAt(_Wire):
    """A client whose Sylink.xml is wanted, by id; any other of its build would do."""

    client: str
    others: tuple[OtherClient, ...] = ()
    """Others of its build, in the order in which they are to be looked at when it is off."""


class ClientsSubject(_Wire):
    """Clients that are to be looked at, one of each build, and servers whose .SIG files are compared beside them."""

    builds: tuple[ClientToLookAt, ...] = ()
    compares: tuple[str, ...] = ()


class LookAtClientsTask(_Task):
    """Look what clients hold."""

    kind: Literal["look_at_clients"]
    subject: ClientsSubject


class ClientPort(_Wire):
    """The HTTPS client port of a server."""

    server: str


class PortsSubject(_Wire):
    """Ports that are to be shut, or opened again."""

    ports: tuple[ClientPort, ...] = ()


class HttpsTask(_Task):
    """Shut the HTTPS client ports of servers in their firewalls, or open them again."""

    kind: Literal["shut_https", "open_https"]
    subject: PortsSubject


class ServicesTask(_Task):
    """Stop the services of a server, or start them again."""

    kind: Literal["stop_server", "start_server"]
    subject: ServerSubject


class StartHandOutsTask(_Task):
    """Start it again, with the file of now."""

    kind: Literal["start_hand_outs"]
    subject: StoppedSubject


Task = Annotated[
    SaveRecoveryFileTask
    | ReplicationTask
    | CopyListTask
    | AssignListTask
    | SecureTask
    | CertificateTask
    | DeleteListTask
    | CompareSignedFilesTask
    | ReorderListTask
    | RefreshImagesTask
    | StopHandOutsTask
    | StartHandOutsTask
    | HttpsTask
    | ServicesTask
    | LookAtClientsTask,
    Field(discriminator="kind"),
]


def by_name(item: dict[str, Any]) -> dict[str, Any]:
    """A task with the groups and locations of its pairs by path and name: all that a console without REST shows."""
    subject = item.get("subject") or {}
    pairs = [
        {**pair, "group_id": pair["group_path"], "location_id": pair["location_name"]}
        for pair in subject.get("pairs", ())
    ]
    return {**item, "subject": {**subject, "pairs": pairs}} if pairs else item


class CertificateFile(_Wire):
    """The file that the person at the console is given."""

    filename: str = ""
    format: Literal["jks", "pkcs12", "pem"] = "pkcs12"
    content_base64: Base64Bytes
    password: str = ""
