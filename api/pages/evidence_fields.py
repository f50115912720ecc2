"""The evidence that a task asks for, as fields of its form, under the names that the service reads."""

from collections.abc import Iterable, Mapping, Sequence

from rotation.plan.work.client_look import AGE, CLIENTS, LookAtClients, Looked, looked_by
from rotation.plan.work.copied import NAME, ORDER, PORTS, PROTOCOL
from rotation.plan.work.hand_outs import STOPPED
from rotation.plan.work.signed_files import date_names
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.stated_work import ORIGINALS_SHA256, REFRESHED, STARTED
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    RefreshImages,
    ReorderList,
    SaveRecoveryFile,
    SetSecureCommunications,
    StartHandOuts,
    StopHandOuts,
    Work,
)
from rotation.recovery.saved_file import CERTIFICATE_SHA256
from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName, Value
from service.attestations import BEFORE, SERIALS

SYLINK = "sylink"


class EvidenceField(Value):
    """A field of the form."""

    name: str
    label: Sentence
    hint: Sentence | None = None
    file: bool = False
    """Whether it is a file; its text is sent."""
    required: bool = False


_FILE_NAME = EvidenceField(name="filename", label=sentence("File name"), required=True)
_SHA256 = EvidenceField(
    name="sha256",
    label=sentence("SHA-256 of the file"),
    hint=sentence("PowerShell: Get-FileHash -Algorithm SHA256 FILE"),
    required=True,
)
_CERTIFICATE = EvidenceField(
    name=CERTIFICATE_SHA256,
    label=sentence("SHA-256 of the certificate in the file (if you looked)"),
    hint=sentence("rotator recovery inspect FILE shows it; the service compares it with what the server presents."),
)
_ORIGINALS = EvidenceField(
    name=ORIGINALS_SHA256,
    label=sentence("SHA-256 of the file of original settings (if you saved it)"),
    hint=sentence("PowerShell: Get-FileHash -Algorithm SHA256 FILE"),
)
_KINDS_AND_NAMES = sentence("none, or each as kind and name, as in the example above; parted by semicolons.")
_STOPPED = EvidenceField(
    name=STOPPED,
    label=sentence("What was stopped"),
    hint=_KINDS_AND_NAMES,
    required=True,
)
_STOPPED_TOO = EvidenceField(
    name=STOPPED,
    label=sentence("What was stopped that hands out Sylink.xml (if you did that too)"),
    hint=_KINDS_AND_NAMES,
)
_REFRESHED = EvidenceField(
    name=REFRESHED,
    label=sentence("What was refreshed"),
    hint=sentence("Each group by its name, with its images and packages."),
    required=True,
)
_STARTED = EvidenceField(
    name=STARTED,
    label=sentence("What was started again"),
    hint=sentence("Each by its name, as it was stopped."),
    required=True,
)
_EXPORTED = EvidenceField(
    name=SYLINK,
    label=sentence("Exported Sylink.xml (better than the fields)"),
    hint=sentence("Clients, right-click the group, Export Communication Settings. What the file shows counts."),
    file=True,
)
_SERIALS = (
    EvidenceField(
        name=BEFORE,
        label=sentence("Policy serial numbers before the change"),
        hint=sentence("Of a site without REST: Clients, Details of each group; parted by commas."),
    ),
    EvidenceField(name=SERIALS, label=sentence("Policy serial numbers after the change")),
)


_OF_COPY = (
    EvidenceField(name=NAME, label=sentence("Name of the copy, as the console shows it")),
    EvidenceField(
        name=PROTOCOL,
        label=sentence("Protocol, as the console shows it"),
        hint=sentence("HTTP or HTTPS"),
    ),
    EvidenceField(
        name=PORTS,
        label=sentence("Port of each server"),
        hint=sentence("Each as SERVER=PORT, parted by commas; one number where all have it."),
    ),
)
_ORDER = EvidenceField(
    name=ORDER,
    label=sentence("Order of the servers, as the file shows it"),
    hint=sentence("Priorities are parted by semicolons, servers of one priority by commas."),
)
_SHOWN_BY_FILE = {each.name: each.label for each in (*_OF_COPY, _ORDER, _SHA256)}
"""What an exported Sylink.xml adds to the evidence, whatever the form asks for."""


_OF_KIND: dict[type[Work], tuple[EvidenceField, ...]] = {
    StopHandOuts: (_STOPPED,),
    RefreshImages: (_REFRESHED,),
    StartHandOuts: (_STARTED,),
    AssignList: _SERIALS,
    SetSecureCommunications: _SERIALS,
}
"""The fields of work that is always stated alike."""
_OF_REFUSAL = {
    "recovery-sha256-missing": "sha256",
    "recovery-file-empty": "sha256",
    "recovery-file-of-another": "sha256",
    "recovery-file-outdated": "sha256",
    "copy-name-not-shown": NAME,
    "copy-protocol-not-shown": PROTOCOL,
    "copy-ports-not-shown": PORTS,
    "order-not-shown": ORDER,
    "sylink-unreadable": SYLINK,
}


def fields(work: Work, *, over_rest: bool = False, saves_originals: bool = True) -> tuple[EvidenceField, ...]:
    """The fields of a task's form, in their order; none where the service sees the work for itself.

    Settings are seen for themselves where the site is reached `over_rest`; else an operator copies policy serials. The
    file of original settings is asked for in the task that `saves_originals`, and may be stated with each other one.
    """
    match work:
        case AssignList() | SetSecureCommunications() if over_rest:
            return ()
        case SaveRecoveryFile():
            more = (*((_ORIGINALS,) if saves_originals else ()), *((_STOPPED_TOO,) if work.asks_hand_outs else ()))
            return (_FILE_NAME, _SHA256, _CERTIFICATE, *more)
        case CopyList():
            return (_EXPORTED, *_OF_COPY)
        case ReorderList():
            return (_EXPORTED, _ORDER)
        case CompareSignedFiles() | LookAtClients():
            return tuple(_dates(compared_servers(work)))
        case _:
            return _OF_KIND.get(type(work), ())


def _dates(servers: Sequence[ServerName]) -> Iterable[EvidenceField]:
    when = sentence("With seconds, as 2026-01-31T17:05:42Z, by the clock of the server.")
    for server, names in date_names(servers).items():
        changed = sentence("Time of keystore.jks on %(server)s", server=server)
        oldest = sentence("Time of the oldest .SIG file on %(server)s", server=server)
        yield EvidenceField(name=names.certificate, label=changed, hint=when, required=True)
        yield EvidenceField(name=names.oldest, label=oldest, hint=when, required=True)


def labels_of(asked: Iterable[EvidenceField]) -> dict[str, Sentence]:
    """By the name of a value of the evidence, what it is: of these fields, and of what a file has shown."""
    return _SHOWN_BY_FILE | {each.name: each.label for each in asked}


def fields_of_refusals(work: Work) -> dict[str, str]:
    """By code or subject of a refusal, or both, the field that it is about."""
    dates = date_names(compared_servers(work)) if isinstance(work, CompareSignedFiles | LookAtClients) else {}
    stale = {f"signed-files-stale {server}": names.oldest for server, names in dates.items()}
    return _OF_REFUSAL | {server: names.certificate for server, names in dates.items()} | stale


def clients_of(work: Work) -> tuple[tuple[str, str], ...]:
    """The builds of which one client each is looked at, with the client that is named."""
    return tuple((each.label, each.name) for each in work.builds) if isinstance(work, LookAtClients) else ()


def looked_in(attestation: Mapping[str, str]) -> tuple[Looked, ...]:
    """What a closed task has kept of clients; nothing where there is none, or where it cannot be read."""
    try:
        return looked_by(attestation)
    except ValueError:
        return ()


def evidence_of(sent: dict[str, str], work: Work) -> dict[str, object]:
    """The evidence of a form: its fields, and one object for each client that was looked at."""
    named: dict[str, object] = {each.name: sent[each.name] for each in fields(work) if each.name in sent}
    looked = [
        {"client": sent.get(f"client-{place}", ""), "sylink": sent[f"sylink-{place}"]} | _age(sent, place)
        for place in range(len(clients_of(work)))
        if f"sylink-{place}" in sent
    ]
    return named | ({CLIENTS: looked} if looked else {})


def _age(sent: dict[str, str], place: int) -> dict[str, str]:
    age = sent.get(f"age-{place}", "").strip()
    return {AGE: age} if age else {}
