"""What a person at the console has to do for each kind of work, in the console's own words (facts, section 2)."""

from collections.abc import Iterable

from rotation.plan.outage import GivesBack, Takes
from rotation.plan.work.client_look import CLIENTS, LookAtClients
from rotation.plan.work.copied import NAME, PORTS, PROTOCOL, ports_text
from rotation.plan.work.hand_outs import NOTHING, STOPPED, HandOutKind
from rotation.plan.work.https_drill import OpenHttps, ShutHttps, how_to_drill
from rotation.plan.work.signed_files import CERTIFICATE, OLDEST
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


def instructions(work: Work) -> tuple[str, ...]:
    """The steps at the console, one a line."""
    return tuple(_lines(work))


def _lines(work: Work) -> Iterable[str]:
    match work:
        case SaveRecoveryFile():
            yield f"On {work.server}, open ...\\Symantec Endpoint Protection Manager\\Server Private Key Backup"
            yield "Copy the newest recovery_<timestamp>.zip to another machine"
            yield "Say done with its file name and SHA-256; rotator tasks done --file looks into it as well"
        case PauseReplication():
            yield f"Admin > Servers: break the replication relationship with {', '.join(work.partners)}"
        case ResumeReplication():
            yield f"Admin > Servers: restore the replication relationship with {', '.join(work.partners)}"
        case CopyList() | DeleteList() | ReorderList():
            yield "Policies > Policy Components > Management Server Lists"
            yield from _list(work)
        case AssignList():
            yield f"Policies > Policy Components > Management Server Lists: right-click {work.list!r}, Assign, to:"
            yield from _pairs(work.pairs)
        case SetSecureCommunications():
            yield "Clients > Policies > General Settings > Security Settings, for each of:"
            yield from _pairs(work.pairs)
            verb = "Check" if work.enabled else "Uncheck"
            yield f"{verb} Enable secure communications between the management server and clients ..., OK"
        case ReplaceCertificate():
            yield "Claim this task first: all proof is read once more before you begin"
            yield "Begin within ten minutes of the claim, or ask for another look right before (rotator tasks begin)"
            yield f"Admin > Servers, select {work.server}, Manage the server certificate, Update the server certificate"
            yield from _source(work)
            yield "Restart the services if asked. The task closes by itself when the server presents the certificate"
        case PutCertificateBack():
            yield from _put_back(work)
        case _:
            yield from _beside_sepm(work)


def _list(work: CopyList | DeleteList | ReorderList) -> Iterable[str]:
    match work:
        case CopyList():
            yield f"Copy the List {work.source_list!r}, Paste List, and name the copy {work.copy_list!r}"
            yield "Edit the copy: Use HTTP protocol; for each server, Customize HTTP port:"
            yield from (f"- {entry.server}: {entry.address}, port {entry.http_port}" for entry in work.servers)
            yield f"OK, OK. Look at the copy again, and say done with {NAME}={work.copy_list!r},"
            yield f"{PROTOCOL}={work.protocol.value} and {PORTS}={ports_text(work)!r} as it shows them; better, where a"
            yield "group without clients can use it for a while, with the Sylink.xml that this group exports then"
        case DeleteList():
            yield f"Delete {work.list!r}; nothing uses it"
        case ReorderList():
            yield f"Edit {work.list!r}: move its servers until their priorities are {work.text}"
            yield "OK. Export the Sylink.xml of a group that uses it (Clients, Export Communication Settings)"
            yield f"Say done with order={work.text!r} when the file shows that"


def _beside_sepm(
    work: CompareSignedFiles | RefreshImages | StopHandOuts | StartHandOuts | LookAtClients | Takes | GivesBack,
) -> Iterable[str]:
    match work:
        case CompareSignedFiles():
            yield from _compared(work)
        case RefreshImages():
            yield f"Refresh the golden images and install packages of {', '.join(work.groups)}"
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


def _compared(work: CompareSignedFiles) -> Iterable[str]:
    yield f"On {work.server}, look when ...\\tomcat\\etc\\keystore.jks was last changed"
    yield "In ...\\data\\outbox\\agent, look for the oldest .SIG file of all group folders"
    yield "If that file is older than the keystore, have the server publish again, and look once more"
    yield f"Say done with {CERTIFICATE}= and {OLDEST}=, with seconds, as 2026-01-31T17:05:42Z, by its own clock"


def _stopped() -> Iterable[str]:
    yield "Ask who else gives clients a Sylink.xml: group policy, SCCM, Intune, images that computers are installed"
    yield "from, install packages, client install packages assigned to groups (auto-upgrade), scripts, other tools"
    yield "Stop each of them until a task of this rotation has it started again; let no upgrade of clients begin"
    yield "Where computers must be installed meanwhile, export their package on the same day"
    yield f"Say done with {STOPPED}={NOTHING}, or with each as KIND: NAME, parted by semicolons, for example"
    yield f"{STOPPED}='gpo: SEP at start-up; package: SEP 14.3'. KIND is one of:"
    yield ", ".join(kind.value for kind in HandOutKind)


def _started(work: StartHandOuts) -> Iterable[str]:
    yield "Export the Sylink.xml of each group, or its install package, as it is now"
    yield "In each of these, replace the file by it, and start it again:"
    yield from (f"- {each.text}" for each in work.stopped)
    if work.unstated:
        yield "- whatever else was stopped: somebody had begun to stop it, and has not said what"


def _clients(work: LookAtClients) -> Iterable[str]:
    yield "Take the SyLink.xml of one client of each of these builds, as it is now; better of the one that is named:"
    for each in work.builds:
        yield f"- {each.label}: {each.name}, in {each.path} ({each.clients} clients)"
        if each.others:
            then = ", ".join(f"{other.name} in {other.path}" for other in each.others)
            yield f"  When it is off, the first of these that is on: {then}"
    yield r"On Windows it lies in %ALLUSERSPROFILE%\Symantec\Symantec Endpoint Protection\CurrentVersion\Data\Config,"
    yield "on macOS in /Library/Application Support/Symantec/SMC. Take the client's own file, and export none in SEPM"
    yield "Say done with rotator tasks done, --client NAME --sylink FILE for each. Over the API that is evidence"
    yield f"{CLIENTS}=, a JSON list with client, its name, and sylink, the text of its file; or, as you have read them,"
    yield "with client, protocol, servers (server and port), and certificates (SHA-256)"


def _source(work: ReplaceCertificate) -> Iterable[str]:
    if work.puts_back and not work.has_file:
        named = f" {work.recovery_file}" if work.recovery_file else ", the newest that is older than the rotation"
        proof = f", SHA-256 {work.recovery_sha256}" if work.recovery_sha256 else ""
        yield f"Unpack the recovery file of {work.server} that was saved off the box:{named}{proof}"
        source = "its keystore_<timestamp>.jks, whose password is keystorepass in settings_<timestamp>.properties"
    else:
        source = "the file of this task" if work.has_file else "the certificate whose key SEPM holds"
    what = "the old certificate that goes back in" if work.puts_back else "it"
    yield f"Take {source}; the SHA-256 fingerprint of {what} is {work.fingerprint_sha256}"


def _put_back(work: PutCertificateBack) -> Iterable[str]:
    yield f"Take {work.recovery_file} to {work.server}; its SHA-256 is {work.recovery_sha256}"
    entry = work.keystore or "its keystore_<timestamp>.jks"
    yield f"In it is {entry}, whose password is keystorepass in settings_<timestamp>.properties"
    yield f"The SHA-256 fingerprint of the certificate that clients hold is {work.fingerprint_sha256}"
    if work.damaged is not None:
        yield f"Admin > Servers, select {work.server}, Manage the server certificate, Update the server certificate"
        yield "Choose JKS keystore, and give it that keystore and password"
        yield "Where nobody can log on: run the Management Server Configuration Wizard with the recovery file instead"
    else:
        yield "Run the Management Server Configuration Wizard on it, and choose to use the recovery file"
        yield "Where the manager is not installed any more, install it first, of the same version"
    yield "Do not generate a new certificate, and leave server lists and secure communications as they are"
    yield "Restart the services if asked. The task closes by itself when the server presents the certificate"
    yield "If .SIG files in ...\\data\\outbox\\agent stay older than it, have the server publish again"


def _pairs(pairs: Iterable[TaskPair]) -> Iterable[str]:
    return (f"- {pair.group_path}, location {pair.location_name}" for pair in pairs)
