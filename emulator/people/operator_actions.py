"""The acts of the person at the console, task by task. Each looks first: an act begun before is not done twice."""

import hashlib
from collections.abc import Sequence
from typing import Any, Protocol

from emulator.errors import CertificateFileError, StillPublishingError, UnreachableError
from emulator.people.operations import (
    AssignList,
    CopyList,
    DeleteList,
    EditList,
    GenerateCertificate,
    OpenHttps,
    Operation,
    Outcome,
    PauseReplication,
    RefreshGoldenImages,
    ReplaceCertificate,
    Republish,
    RestoreCertificate,
    ResumeReplication,
    SaveRecoveryFile,
    SetSecureCommunications,
    ShutHttps,
    StartHandOut,
    StartServer,
    StopHandOut,
    StopServer,
)
from emulator.people.signed_files import SignedFiles
from emulator.people.sylink import HeldFile
from emulator.people.tasks import (
    AssignListTask,
    CertificateFile,
    CertificateTask,
    ClientsSubject,
    CompareSignedFilesTask,
    CopyListTask,
    DeleteListTask,
    HttpsTask,
    LookAtClientsTask,
    RefreshImagesTask,
    ReorderListTask,
    ReplicationTask,
    SaveRecoveryFileTask,
    SecureTask,
    ServicesTask,
    StartHandOutsTask,
    StopHandOutsTask,
    Task,
)
from emulator.spec import HandOutSpec
from emulator.state.effects import Actor, acting


class Desk(Protocol):
    """The console of one site: what can be done there, and what is seen there."""

    async def operate(self, operation: Operation) -> Outcome:
        """Do one thing at the console.

        Raises:
            EmulatorError: The console refused it.
        """
        ...

    def servers(self) -> tuple[str, ...]:
        """The site's servers by name."""
        ...

    def lists(self) -> tuple[str, ...]:
        """The site's server lists by name."""
        ...

    def order(self, name: str) -> tuple[tuple[str, ...], ...]:
        """The servers of a list by priority."""
        ...

    def assigned_list(self, group: str, location: str) -> str:
        """The server list of a location of a group."""
        ...

    def secure_communications(self, group: str, location: str) -> bool:
        """Whether secure communications are on there."""
        ...

    def fingerprint(self, server: str) -> str:
        """SHA-256 of the certificate a server has."""
        ...

    def is_up(self, server: str) -> bool:
        """Whether a server's services run."""
        ...

    def signed_files(self, server: str) -> SignedFiles:
        """When a server's certificate was last changed, and what signature of its files is the oldest."""
        ...

    def replication_paused(self) -> bool:
        """Whether the replication relationship is broken."""
        ...

    def https_shut(self, server: str) -> bool:
        """Whether a server's firewall shuts its HTTPS client port."""
        ...

    def is_stopped(self, server: str) -> bool:
        """Whether a server's services are stopped."""
        ...

    def hand_outs(self, *, stopped: bool) -> tuple[HandOutSpec, ...]:
        """What this person knows to hand out Sylink.xml, and has stopped or not."""
        ...

    def held_by(self, client_id: str, *others: str) -> HeldFile | None:
        """The Sylink.xml of a client that is on, that one or another of its build; None: none."""
        ...

    def when_it_runs(self, server: str) -> None:
        """Have this person look at a server's .SIG files when its services run again, and publish old ones again."""
        ...

    def at_night(self, operations: Sequence[Operation]) -> None:
        """Have this person do, in the coming night and unasked, what the console then allows."""
        ...


async def perform(desk: Desk, task: Task, file: CertificateFile | None) -> dict[str, Any]:
    """Do what `task` asks at the console, and give the evidence for it.

    Raises:
        EmulatorError: The console refused it.
    """
    with acting(Actor.TASK):
        return await _perform(desk, task, file)


async def _perform(desk: Desk, task: Task, file: CertificateFile | None) -> dict[str, Any]:
    match task:
        case SaveRecoveryFileTask():
            stopped = await _stop(desk) if task.subject.asks_hand_outs else {}
            return await saved_recovery_file(desk, task) | stopped
        case CopyListTask():
            return await _copy_list(desk, task)
        case CompareSignedFilesTask() | LookAtClientsTask():
            return await _looked_at(desk, task)
        case ReorderListTask(subject=wanted):
            if desk.order(wanted.list) != wanted.order:
                await desk.operate(EditList(name=wanted.list, order=wanted.order))
            return {"list_name": wanted.list, "order": "; ".join(", ".join(pool) for pool in desk.order(wanted.list))}
        case CertificateTask():
            await _replace(desk, task, file)
        case StopHandOutsTask():
            return await _stop(desk)
        case _:
            for operation in due(desk, task):
                await desk.operate(operation)
            return _stated(task)
    return {}


def _stated(task: Task) -> dict[str, Any]:
    """What this person states of work that shows nowhere."""
    match task:
        case RefreshImagesTask(subject=images):
            return {"refreshed": "; ".join(images.groups)}
        case StartHandOutsTask(subject=asked):
            return {"started": "; ".join(each.name for each in asked.stopped) or "everything that was stopped"}
        case _:
            return {}


async def saved_recovery_file(desk: Desk, task: SaveRecoveryFileTask) -> dict[str, Any]:
    """Save the recovery file of a server. Its name and SHA-256."""
    saved = await desk.operate(SaveRecoveryFile(server=task.subject.server))
    return {"filename": saved.filename, "sha256": hashlib.sha256(saved.content).hexdigest()}


async def _stop(desk: Desk) -> dict[str, Any]:
    """Stop what this person knows to hand out Sylink.xml, and state it."""
    for each in desk.hand_outs(stopped=False):
        await desk.operate(StopHandOut(name=each.name))
    return stopped_evidence(desk.hand_outs(stopped=True))


async def _looked_at(desk: Desk, task: CompareSignedFilesTask | LookAtClientsTask) -> dict[str, Any]:
    if isinstance(task, LookAtClientsTask):
        dates = await _compare(desk, task.subject.compares)
        return dates | _held(desk, task.subject, alone=not dates)
    return await _compare(desk, task.subject.servers)


def due(
    desk: Desk,
    task: ReplicationTask
    | AssignListTask
    | SecureTask
    | DeleteListTask
    | RefreshImagesTask
    | StartHandOutsTask
    | HttpsTask
    | ServicesTask,
) -> list[Operation]:
    """What is left to do of `task`."""
    match task:
        case ReplicationTask():
            return _replication_due(desk, pause=task.kind == "pause_replication")
        case AssignListTask(subject=wanted):
            return [
                AssignList(name=wanted.list, group=pair.group_id, location=pair.location_id)
                for pair in wanted.pairs
                if desk.assigned_list(pair.group_id, pair.location_id) != wanted.list
            ]
        case SecureTask(subject=wish):
            return [
                SetSecureCommunications(group=pair.group_id, location=pair.location_id, enabled=wish.enabled)
                for pair in wish.pairs
                if desk.secure_communications(pair.group_id, pair.location_id) != wish.enabled
            ]
        case DeleteListTask(subject=unwanted):
            return [DeleteList(name=unwanted.list)] if unwanted.list in desk.lists() else []
        case RefreshImagesTask(subject=images):
            return [RefreshGoldenImages(group=group) for group in images.groups]
        case StartHandOutsTask(subject=asked):
            named = {each.name for each in asked.stopped}
            found = desk.hand_outs(stopped=True)
            return [StartHandOut(name=each.name) for each in found if asked.unstated or each.name in named]
        case HttpsTask():
            return _ports_due(desk, task)
        case ServicesTask():
            return _services_due(desk, task)


def _ports_due(desk: Desk, asked: HttpsTask) -> list[Operation]:
    shuts = asked.kind == "shut_https"
    left = [each.server for each in asked.subject.ports if desk.https_shut(each.server) != shuts]
    return [ShutHttps(server=server) if shuts else OpenHttps(server=server) for server in left]


def _services_due(desk: Desk, asked: ServicesTask) -> list[Operation]:
    server, stops = asked.subject.server, asked.kind == "stop_server"
    if desk.is_stopped(server) == stops:
        return []
    return [StopServer(server=server) if stops else StartServer(server=server)]


def _replication_due(desk: Desk, *, pause: bool) -> list[Operation]:
    if desk.replication_paused() == pause:
        return []
    return [PauseReplication() if pause else ResumeReplication()]


async def _compare(desk: Desk, servers: Sequence[str]) -> dict[str, Any]:
    """Publish stale files again, then give the evidence of servers' signed files; of several, each under its name.

    Raises:
        StillPublishingError: when a server has not done so yet.
    """
    for server in servers:
        if desk.signed_files(server).are_stale:
            await desk.operate(Republish(server=server))
    evidence = dict[str, Any]()
    for server in servers:
        found = desk.signed_files(server)
        if found.are_stale:
            raise StillPublishingError(server)
        evidence |= {name if len(servers) == 1 else f"{name}.{server}": at for name, at in found.evidence.items()}
    return evidence


async def _copy_list(desk: Desk, task: CopyListTask) -> dict[str, Any]:
    wanted = task.subject
    if wanted.copy_list not in desk.lists():
        await desk.operate(CopyList(source=wanted.source_list, name=wanted.copy_list))
    ports = {server.server: server.http_port for server in wanted.servers}
    await desk.operate(EditList(name=wanted.copy_list, protocol=wanted.protocol, http_ports=ports))
    return copy_evidence(task)


def _held(desk: Desk, asked: ClientsSubject, *, alone: bool) -> dict[str, Any]:
    """What clients hold that are on now; nothing where none is, and other evidence is given.

    Raises:
        UnreachableError: when none is, and there is no other evidence.
    """
    found = {
        held.client: held
        for each in asked.builds
        if (held := desk.held_by(each.client, *(other.client for other in each.others))) is not None
    }
    if not found:
        if alone:
            raise UnreachableError
        return {}
    return {"clients": [held._asdict() for held in found.values()]}


def stopped_evidence(stopped: Sequence[HandOutSpec]) -> dict[str, Any]:
    """The evidence of an operator who has stopped these."""
    return {"stopped": "; ".join(each.text for each in stopped) or "none"}


def copy_evidence(task: CopyListTask) -> dict[str, Any]:
    """What the task itself says of the copy: its name, protocol and ports."""
    wanted = task.subject
    ports = dict.fromkeys(f"{server.server}={server.http_port}" for server in wanted.servers)
    return {"list_name": wanted.copy_list, "protocol": wanted.protocol.value, "ports": ", ".join(ports)}


async def _replace(desk: Desk, task: CertificateTask, file: CertificateFile | None) -> None:
    wanted = task.subject
    fingerprint = wanted.fingerprint_sha256.replace(":", "").lower()
    if desk.fingerprint(wanted.server) == fingerprint and (desk.is_up(wanted.server) or not task.recovers):
        return
    await desk.operate(_replacement(task, fingerprint, file))
    if task.looks_at_signatures:
        desk.when_it_runs(wanted.server)


def _replacement(task: CertificateTask, fingerprint: str, file: CertificateFile | None) -> Operation:
    wanted = task.subject
    if file is None and (wanted.puts_back or task.recovers):
        return RestoreCertificate(server=wanted.server, fingerprint_sha256=fingerprint)
    if file is None:
        raise CertificateFileError(f"there is no certificate file for {wanted.server}")
    return ReplaceCertificate.model_construct(
        server=wanted.server,
        content_base64=file.content_base64,
        format=file.format,
        password=file.password,
    )


async def replace_now(desk: Desk) -> tuple[str, ...]:
    """What goes wrong without the product: every server gets a new certificate at once. Returns the servers."""
    servers = desk.servers()
    for server in servers:
        await desk.operate(GenerateCertificate(server=server))
    return servers
