"""What a person can do at the console, as values: the control API reads them and the robot makes them."""

from typing import Annotated, Literal

from pydantic import Base64Bytes, BaseModel, ConfigDict, Field

from emulator.spec import Protocol


class _Operation(BaseModel):
    model_config = ConfigDict(frozen=True, extra="forbid")


class CopyList(_Operation):
    """Copy a server list and paste it under another name."""

    operation: Literal["copy_list"] = "copy_list"
    source: str
    name: str


class EditList(_Operation):
    """Change protocol, HTTP ports and priorities of a server list."""

    operation: Literal["edit_list"] = "edit_list"
    name: str
    protocol: Protocol | None = None
    http_ports: dict[str, int] = Field(default_factory=dict)
    """HTTP port by server, where it is customised."""
    order: tuple[tuple[str, ...], ...] = ()
    """All its servers by priority, where their order changes."""


class AssignList(_Operation):
    """Assign a server list to a location of a group."""

    operation: Literal["assign_list"] = "assign_list"
    name: str
    group: str
    location: str


class DeleteList(_Operation):
    """Delete a server list that nothing uses."""

    operation: Literal["delete_list"] = "delete_list"
    name: str


class ReplaceCertificate(_Operation):
    """Replace a server's certificate by the one in a file."""

    operation: Literal["replace_certificate"] = "replace_certificate"
    server: str
    content_base64: Base64Bytes
    format: Literal["jks", "pkcs12", "pem"] = "pkcs12"
    password: str = ""


class GenerateCertificate(_Operation):
    """Have a server generate a new self-signed certificate."""

    operation: Literal["generate_certificate"] = "generate_certificate"
    server: str
    new_keys: bool = True


class RestoreCertificate(_Operation):
    """Put back a certificate that a server had before, from its recovery files."""

    operation: Literal["restore_certificate"] = "restore_certificate"
    server: str
    fingerprint_sha256: str = ""
    """Which; the newest but the present one where that is empty."""


class Republish(_Operation):
    """Have a server sign and publish all its files again."""

    operation: Literal["republish"] = "republish"
    server: str


class RefreshGoldenImages(_Operation):
    """Take new golden images of a group's non-persistent desktops."""

    operation: Literal["refresh_golden_images"] = "refresh_golden_images"
    group: str


class PauseReplication(_Operation):
    """Break the replication relationship."""

    operation: Literal["pause_replication"] = "pause_replication"


class ResumeReplication(_Operation):
    """Restore the replication relationship."""

    operation: Literal["resume_replication"] = "resume_replication"


class StopHandOut(_Operation):
    """Stop something that hands out Sylink.xml: not in SEPM's console, but by the same person."""

    operation: Literal["stop_hand_out"] = "stop_hand_out"
    name: str


class StartHandOut(_Operation):
    """Start it again, with the file that each group exports now."""

    operation: Literal["start_hand_out"] = "start_hand_out"
    name: str


class ShutHttps(_Operation):
    """Shut the HTTPS client port of a server in its firewall: not in SEPM's console, but by the same person."""

    operation: Literal["shut_https"] = "shut_https"
    server: str


class OpenHttps(_Operation):
    """Open it again."""

    operation: Literal["open_https"] = "open_https"
    server: str


class StopServer(_Operation):
    """Stop the services of a server: not in SEPM's console, but by the same person."""

    operation: Literal["stop_server"] = "stop_server"
    server: str


class StartServer(_Operation):
    """Start them again."""

    operation: Literal["start_server"] = "start_server"
    server: str


class SetSecureCommunications(_Operation):
    """Tick or untick secure communications."""

    operation: Literal["set_secure_communications"] = "set_secure_communications"
    group: str
    location: str
    enabled: bool


class ExportSylink(_Operation):
    """Export the communication settings of a location as Sylink.xml."""

    operation: Literal["export_sylink"] = "export_sylink"
    group: str
    location: str


class SaveRecoveryFile(_Operation):
    """Copy the newest recovery file of a server."""

    operation: Literal["save_recovery_file"] = "save_recovery_file"
    server: str


Operation = Annotated[
    CopyList
    | EditList
    | AssignList
    | DeleteList
    | ReplaceCertificate
    | GenerateCertificate
    | RestoreCertificate
    | Republish
    | RefreshGoldenImages
    | PauseReplication
    | ResumeReplication
    | StopHandOut
    | StartHandOut
    | ShutHttps
    | OpenHttps
    | StopServer
    | StartServer
    | SetSecureCommunications
    | ExportSylink
    | SaveRecoveryFile,
    Field(discriminator="operation"),
]


class Outcome(BaseModel):
    """What the console showed after an operation; most show nothing."""

    model_config = ConfigDict(frozen=True)

    filename: str = ""
    content: bytes = b""
    fingerprint_sha256: str = ""
