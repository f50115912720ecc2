"""What a person at the console has to do for each kind of work, in the console's own words (facts, section 2)."""

from collections.abc import Iterable, Sequence

from rotation.plan.outage import GivesBack, Takes
from rotation.plan.work.certificate_work import how_to_put_back, source
from rotation.plan.work.client_look import CLIENTS, LookAtClients
from rotation.plan.work.copied import NAME, PORTS, PROTOCOL, ports_text
from rotation.plan.work.hand_outs import NOTHING, STOPPED, HandOutKind
from rotation.plan.work.https_drill import OpenHttps, ShutHttps, how_to_drill
from rotation.plan.work.signed_files import date_names
from rotation.plan.work.signed_together import compared_servers
from rotation.plan.work.stop_drill import StartServer, StopServer, how_to_stop
from rotation.plan.work.task import (
    AssignList,
    CompareSignedFiles,
    CopyList,
    DeleteList,
    PauseReplication,
    PutCertificateBack,
    RefreshImages,
    ReorderList,
    ReplaceCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    StartHandOuts,
    StopHandOuts,
    TaskPair,
    Work,
)
from rotation.text.sentence import Sentence, sentence
from rotation.values import ServerName

_WINDOWS = r"%ALLUSERSPROFILE%\Symantec\Symantec Endpoint Protection\CurrentVersion\Data\Config"


def instructions(work: Work) -> tuple[str, ...]:
    """The steps at the console in English, one a line: as a task keeps them."""
    return tuple(each.english for each in sentences(work))


def sentences(work: Work) -> tuple[Sentence, ...]:
    """The same before they have a language."""
    return tuple(_lines(work))


def _lines(work: Work) -> Iterable[Sentence]:
    match work:
        case SaveRecoveryFile():
            yield from _saved(work)
        case PauseReplication():
            yield sentence(
                "Admin > Servers: break the replication relationship with %(partners)s",
                partners=", ".join(work.partners),
            )
        case ResumeReplication():
            yield sentence(
                "Admin > Servers: restore the replication relationship with %(partners)s",
                partners=", ".join(work.partners),
            )
        case CopyList() | DeleteList() | ReorderList():
            yield sentence("Policies > Policy Components > Management Server Lists")
            yield from _list(work)
        case AssignList():
            yield sentence(
                "Policies > Policy Components > Management Server Lists: right-click %(list)s, Assign, to:",
                list=repr(work.list),
            )
            yield from _pairs(work.pairs)
        case SetSecureCommunications():
            yield sentence("Clients > Policies > General Settings > Security Settings, for each of:")
            yield from _pairs(work.pairs)
            if work.enabled:
                yield sentence("Check Enable secure communications between the management server and clients ..., OK")
            else:
                yield sentence("Uncheck Enable secure communications between the management server and clients ..., OK")
        case ReplaceCertificate():
            yield sentence("Claim this task first: all proof is read once more before you begin")
            yield sentence(
                "Begin within ten minutes of the claim, or ask for another look right before (rotator tasks begin)"
            )
            yield sentence(
                "Admin > Servers, select %(server)s, Manage the server certificate, Update the server certificate",
                server=work.server,
            )
            yield from source(work)
            yield sentence(
                "Restart the services if asked. The task closes by itself when the server presents the certificate"
            )
        case PutCertificateBack():
            yield from how_to_put_back(work)
        case _:
            yield from _beside_sepm(work)


def _saved(work: SaveRecoveryFile) -> Iterable[Sentence]:
    yield sentence(
        "On %(server)s, open ...\\Symantec Endpoint Protection Manager\\Server Private Key Backup",
        server=work.server,
    )
    yield sentence("Copy the newest recovery_<timestamp>.zip to another machine")
    yield sentence("Say done with its file name and SHA-256; rotator tasks done --file looks into it as well")
    if work.asks_hand_outs:
        yield sentence("You may also do here, and state, what else a task of its own asks for next:")
        yield from _stopped()


def _list(work: CopyList | DeleteList | ReorderList) -> Iterable[Sentence]:
    match work:
        case CopyList():
            yield sentence(
                "Copy the List %(source_list)s, Paste List, and name the copy %(copy_list)s",
                source_list=repr(work.source_list),
                copy_list=repr(work.copy_list),
            )
            yield sentence("Edit the copy: Use HTTP protocol; for each server, Customize HTTP port:")
            yield from (
                sentence(
                    "- %(server)s: %(address)s, port %(http_port)s",
                    server=entry.server,
                    address=entry.address,
                    http_port=str(entry.http_port),
                )
                for entry in work.servers
            )
            yield sentence(
                "OK, OK. Look at the copy again, and say done with %(name)s=%(copy_list)s,",
                name=NAME,
                copy_list=repr(work.copy_list),
            )
            yield sentence(
                "%(protocol)s=%(value)s and %(ports)s=%(as_text)s as it shows them; better, where a",
                protocol=PROTOCOL,
                value=work.protocol.value,
                ports=PORTS,
                as_text=repr(ports_text(work)),
            )
            yield sentence(
                "group without clients can use it for a while, with the Sylink.xml that this group exports then"
            )
        case DeleteList():
            yield sentence("Delete %(list)s; nothing uses it", list=repr(work.list))
        case ReorderList():
            yield sentence(
                "Edit %(list)s: move its servers until their priorities are %(text)s",
                list=repr(work.list),
                text=work.text,
            )
            yield sentence("OK. Export the Sylink.xml of a group that uses it (Clients, Export Communication Settings)")
            yield sentence("Say done with order=%(text)s when the file shows that", text=repr(work.text))


def _beside_sepm(
    work: CompareSignedFiles | RefreshImages | StopHandOuts | StartHandOuts | LookAtClients | Takes | GivesBack,
) -> Iterable[Sentence]:
    match work:
        case CompareSignedFiles():
            yield from _compared(compared_servers(work))
        case RefreshImages():
            yield sentence(
                "Refresh the golden images and install packages of %(groups)s", groups=", ".join(work.groups)
            )
        case StopHandOuts():
            yield from _stopped()
        case StartHandOuts():
            yield from _started(work)
        case LookAtClients():
            yield from _clients(work)
        case ShutHttps() | OpenHttps():
            yield from how_to_drill(work)
        case StopServer() | StartServer():
            yield from how_to_stop(work)


def _compared(servers: Sequence[ServerName]) -> Iterable[Sentence]:
    for server, names in date_names(servers).items():
        yield sentence("On %(server)s, look when ...\\tomcat\\etc\\keystore.jks was last changed", server=server)
        yield sentence("In ...\\data\\outbox\\agent, look for the oldest .SIG file of all group folders")
        yield sentence("If that file is older than the keystore, have the server publish again, and look once more")
        yield sentence(
            "Say done with %(certificate)s= and %(oldest)s=, with seconds, as 2026-01-31T17:05:42Z, by its own clock",
            certificate=names.certificate,
            oldest=names.oldest,
        )


def _stopped() -> Iterable[Sentence]:
    yield sentence(
        "Ask who else gives clients a Sylink.xml: group policy, SCCM, Intune, images that computers are installed"
    )
    yield sentence(
        "from, install packages, client install packages assigned to groups (auto-upgrade), scripts, other tools"
    )
    yield sentence(
        "Stop each of them until a task of this rotation has it started again; let no upgrade of clients begin"
    )
    yield sentence("Where computers must be installed meanwhile, export their package on the same day")
    yield sentence(
        "Say done with %(stopped)s=%(nothing)s, or with each as KIND: NAME, parted by semicolons, for example",
        stopped=STOPPED,
        nothing=NOTHING,
    )
    yield sentence("%(stopped)s='gpo: SEP at start-up; package: SEP 14.3'. KIND is one of:", stopped=STOPPED)
    yield sentence("%(kinds)s", kinds=", ".join(kind.value for kind in HandOutKind))


def _started(work: StartHandOuts) -> Iterable[Sentence]:
    yield sentence("Export the Sylink.xml of each group, or its install package, as it is now")
    yield sentence("In each of these, replace the file by it, and start it again:")
    yield from (sentence("- %(text)s", text=each.text) for each in work.stopped)
    if work.unstated:
        yield sentence("- whatever else was stopped: an operator had begun to stop it, and has not stated what")


def _clients(work: LookAtClients) -> Iterable[Sentence]:
    yield from _compared(work.compares)
    if not work.builds:
        return
    yield sentence(
        "Take the SyLink.xml of one client of each of these builds, as it is now; better of the one that is named:"
    )
    for each in work.builds:
        yield sentence(
            "- %(label)s: %(name)s, in %(path)s (%(clients)s clients)",
            label=each.label,
            name=each.name,
            path=each.path,
            clients=each.clients,
        )
        if each.others:
            then = ", ".join(f"{other.name} in {other.path}" for other in each.others)
            yield sentence("  When it is off, the first of these that is on: %(then)s", then=then)
    yield sentence("On Windows it lies in %(folder)s,", folder=_WINDOWS)
    yield sentence(
        "on macOS in /Library/Application Support/Symantec/SMC. Take the client's own file, and export none in SEPM"
    )
    yield sentence(
        "Say done with rotator tasks done, --client NAME --sylink FILE for each. Over the API that is evidence"
    )
    yield sentence(
        "%(clients)s=, a JSON list with client, its name, and sylink, the text of its file; or, as you have read them,",
        clients=CLIENTS,
    )
    yield sentence("with client, protocol, servers (server and port), and certificates (SHA-256)")


def _pairs(pairs: Iterable[TaskPair]) -> Iterable[Sentence]:
    return (
        sentence(
            "- %(group_path)s, location %(location_name)s", group_path=pair.group_path, location_name=pair.location_name
        )
        for pair in pairs
    )
