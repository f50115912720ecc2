"""Console tasks: what no SEPM API can do, as values. What is asked, of what, and what proves it."""

from datetime import datetime
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.hand_outs import HandOut
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.site import Protocol
from rotation.values import (
    Fingerprint,
    GroupId,
    ListName,
    LocationId,
    RotationId,
    ServerName,
    SiteId,
    TaskId,
    Value,
)


class Evidence(StrEnum):
    """What closes a task."""

    OBSERVED = "observed"
    """The service reads it for itself, e.g. from the handshake."""
    ATTESTED = "attested"
    """A person attests it, with name and SHA-256: nothing can be read."""


class TaskState(StrEnum):
    """Where a task stands. `OPEN` and `CLAIMED` wait for an operator."""

    OPEN = "open"
    CLAIMED = "claimed"
    DONE = "done"
    REFUSED = "refused"
    WITHDRAWN = "withdrawn"

    @property
    def words(self) -> str:
        """As texts for people have it, behind the task."""
        return _STATES[self]


WAITING = frozenset({TaskState.OPEN, TaskState.CLAIMED})
"""States in which a task waits for an operator."""
_STATES = {
    TaskState.OPEN: "is open",
    TaskState.CLAIMED: "is claimed",
    TaskState.DONE: "is done",
    TaskState.REFUSED: "was given back",
    TaskState.WITHDRAWN: "was withdrawn",
}


class TaskPair(Value):
    """A (group, location) as a person at the console finds it."""

    group_id: GroupId
    group_path: str
    location_id: LocationId
    location_name: str


class CopyServer(Value):
    """A server entry of the HTTP copy: where clients will find it."""

    server: ServerName
    address: str
    http_port: int


class SaveRecoveryFile(Value):
    """Copy the newest recovery file of a server to another machine (TECH160736)."""

    kind: Literal["save_recovery_file"] = "save_recovery_file"
    server: ServerName
    asks_hand_outs: bool = False
    """Whether its operator may state in it what else hands out Sylink.xml: then no task asks for that (rule 26)."""


class PauseReplication(Value):
    """Break the replication relationship first (the vendor's best practices for updating server certificates)."""

    kind: Literal["pause_replication"] = "pause_replication"
    partners: tuple[str, ...]


class ResumeReplication(Value):
    """Restore the replication relationship last (the vendor's best practices for updating server certificates)."""

    kind: Literal["resume_replication"] = "resume_replication"
    partners: tuple[str, ...]


class CopyList(Value):
    """A1 to A4: copy a server list and make the copy HTTP."""

    kind: Literal["copy_list"] = "copy_list"
    source_list: ListName
    copy_list: ListName
    protocol: Protocol = Protocol.HTTP
    servers: tuple[CopyServer, ...]


class AssignList(Value):
    """A5 or A10d by hand, where REST changed nothing."""

    kind: Literal["assign_list"] = "assign_list"
    list: ListName
    pairs: tuple[TaskPair, ...]


class SetSecureCommunications(Value):
    """A6 and A7, or A10c, by hand, where REST changed nothing."""

    kind: Literal["set_secure_communications"] = "set_secure_communications"
    enabled: bool
    pairs: tuple[TaskPair, ...]


class ReplaceCertificate(Value):
    """A9 or B2: replace the server's certificate in the console."""

    kind: Literal["replace_certificate"] = "replace_certificate"
    server: ServerName
    fingerprint_sha256: Fingerprint
    has_file: bool
    puts_back: bool = False
    """Whether it is the certificate that the server had before: it comes out of the recovery file (rule 15)."""
    recovery_file: str = ""
    """The name of that file, as the operator who saved it stated it."""
    recovery_sha256: str = ""
    """The SHA-256 of that file."""


class PutCertificateBack(Value):
    """Put the very certificate back that clients hold, out of a recovery file (TECH160736)."""

    kind: Literal["put_certificate_back"] = "put_certificate_back"
    server: ServerName
    fingerprint_sha256: Fingerprint
    not_after: datetime | None = None
    recovery_file: str
    recovery_sha256: Fingerprint
    keystore: str = ""
    """The keystore in that file, where one was found in it."""
    damaged: Fingerprint | None = None
    """What the server presented in its place when this was planned; None: nothing, so that it may not start."""
    last_served: datetime | None = None
    """When the server was last seen with it."""
    heard: int = 0
    """How many clients were last heard at the server when this was planned."""


class CompareSignedFiles(Value):
    """After A9 or B2: compare the dates of a server's .SIG files with that of its certificate (TECH161487)."""

    kind: Literal["compare_signed_files"] = "compare_signed_files"
    server: ServerName
    others: tuple[ServerName, ...] = ()
    """In a task, the servers replaced before it whose comparison was left to it."""


class RefreshImages(Value):
    """Refresh golden images and install packages: clients made from them start with what they hold."""

    kind: Literal["refresh_images"] = "refresh_images"
    groups: tuple[str, ...]


class StopHandOuts(Value):
    """Stop everything beside SEPM that gives clients a Sylink.xml (rule 26).

    No reading of the site shows what does that, or who runs it: the operator states it.
    """

    kind: Literal["stop_hand_outs"] = "stop_hand_outs"


class StartHandOuts(Value):
    """Start again what was stopped, with a Sylink.xml or a package of the certificates in force."""

    kind: Literal["start_hand_outs"] = "start_hand_outs"
    stopped: tuple[HandOut, ...] = ()
    """In a plan, what an earlier rotation has left stopped; in a task, everything."""
    unstated: bool = False
    """Whether an operator had begun to stop it, and did not state what."""


class DeleteList(Value):
    """Delete the HTTP copy once nothing uses it."""

    kind: Literal["delete_list"] = "delete_list"
    list: ListName


class ReorderList(Value):
    """B1: put another server of a list first for a while, or its servers back in their order (rule 8)."""

    kind: Literal["reorder_list"] = "reorder_list"
    list: ListName
    order: tuple[tuple[ServerName, ...], ...]
    """By priority, the first one first."""
    restores: bool = False
    """Whether this is the order that the list had before."""

    @property
    def text(self) -> str:
        """The order as a person reads it: priorities apart by semicolons, servers of one priority by commas."""
        return order_text(self.order)


def order_text(order: tuple[tuple[ServerName, ...], ...]) -> str:
    """The order of a list's servers as a person says it."""
    return "; ".join(", ".join(pool) for pool in order)


Work = Annotated[
    SaveRecoveryFile
    | PauseReplication
    | ResumeReplication
    | CopyList
    | AssignList
    | SetSecureCommunications
    | ReplaceCertificate
    | PutCertificateBack
    | CompareSignedFiles
    | RefreshImages
    | StopHandOuts
    | StartHandOuts
    | LookAtClients
    | ShutHttps
    | OpenHttps
    | StopServer
    | StartServer
    | DeleteList
    | ReorderList,
    Field(discriminator="kind"),
]

_ATTESTED = frozenset(
    {
        "save_recovery_file",
        "copy_list",
        "compare_signed_files",
        "refresh_images",
        "stop_hand_outs",
        "start_hand_outs",
        "look_at_clients",
        "delete_list",
        "reorder_list",
    }
)


def is_watched(work: Work, *, claimed: bool) -> bool:
    """Whether the watch looks at the site: a replacement must be claimed, other work only be open.

    That is work that cannot be seen, and settings by hand: clients that verify after it cannot be saved.
    """
    if isinstance(work, ReplaceCertificate):
        return claimed
    return isinstance(work, AssignList | SetSecureCommunications) or evidence_for(work) is Evidence.ATTESTED


def evidence_for(work: Work) -> Evidence:
    """What closes `work`: observation wherever something can be read."""
    return Evidence.ATTESTED if work.kind in _ATTESTED else Evidence.OBSERVED


class ConsoleTask(Value):
    """A task as it is kept: the work, its holder, and the evidence with which it was closed."""

    id: TaskId
    rotation_id: RotationId
    site_id: SiteId
    site_name: str
    step: str
    number: str
    """The vendor's own step number, e.g. `A9`."""
    state: TaskState
    evidence: Evidence
    work: Work
    title: str
    instructions: tuple[str, ...]
    opened_at: datetime
    claimed_by: str = ""
    proof_until: datetime | None = None
    """Of a claimed replacement: until when its proof counts (rule 19)."""
    begin_until: datetime | None = None
    """Of a claimed replacement: until when its holder may begin without another look."""
    closed_at: datetime | None = None
    closed_by: str = ""
    note: str = ""
    attestation: dict[str, str] = Field(default_factory=dict)
