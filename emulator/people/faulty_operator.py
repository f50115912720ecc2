"""The person at the console who makes mistakes (`emulator/state/slips.py`), each once, and puts them right."""

import base64
from dataclasses import dataclass, field
from datetime import UTC, datetime, timedelta
from typing import Any, NamedTuple

from emulator.certificates.certificates import self_signed
from emulator.certificates.keys import pool_key
from emulator.errors import EmulatorError
from emulator.people.operations import (
    AssignList,
    EditList,
    Operation,
    ReplaceCertificate,
    RestoreCertificate,
    SetSecureCommunications,
)
from emulator.people.operator_actions import Desk, copy_evidence, due, perform, saved_recovery_file, stopped_evidence
from emulator.people.tasks import (
    AssignListTask,
    CertificateFile,
    CertificateTask,
    CopyListTask,
    LookAtClientsTask,
    SaveRecoveryFileTask,
    SecureTask,
    StartHandOutsTask,
    StopHandOutsTask,
    Task,
)
from emulator.spec import Protocol
from emulator.state.effects import Actor, acting
from emulator.state.slips import MadeSlip, Mistake, Slip

AWAY = timedelta(days=3)
"""How long the person is away."""
_WRONG_KEY = 40
"""A key of the pool that no server of an emulated site was installed with."""
_WRONG_SINCE = datetime(2020, 1, 1, tzinfo=UTC)
_HTTPS = 443


class _Owed(NamedTuple):
    """What is to be put right: operations, or the work of a task that was only reported as done."""

    task: Task
    file: CertificateFile | None
    operations: tuple[Operation, ...]


@dataclass
class FaultyOperator:
    """Does tasks at the console, and makes the mistakes that were foreseen."""

    desk: Desk
    slips: tuple[Slip, ...] = ()
    made: list[MadeSlip] = field(default_factory=list)
    _fitting: dict[Slip, set[str]] = field(default_factory=dict)
    _owed: list[_Owed] = field(default_factory=list)

    def absence(self, task: Task) -> timedelta:
        """How long the person is away before beginning `task`."""
        return AWAY if self._slips(task, Mistake.AWAY) else timedelta()

    async def perform(self, task: Task, file: CertificateFile | None) -> dict[str, Any]:
        """Do what `task` asks, or something else. Gives the evidence that the person takes for true.

        A person who is asked again for the same task, or is refused by the console, first puts right what went wrong.

        Raises:
            EmulatorError: The console refused it.
        """
        if any(owed.task.id == task.id for owed in self._owed):
            await self.put_right()
            return await perform(self.desk, task, file)
        wrong = self._wrong(task)
        if wrong is not None:
            return await self._slip(wrong, task, file)
        try:
            evidence = await perform(self.desk, task, file)
        except EmulatorError:
            if not self._owed:
                raise
            await self.put_right()
            evidence = await perform(self.desk, task, file)
        self._owed = [each for each in self._owed if each.operations or not _is_same_work(each.task, task)]
        return evidence

    async def put_right(self) -> None:
        """Look through what was done, and put right what went wrong.

        Raises:
            EmulatorError: The console refused it; what is left is put right next time.
        """
        while self._owed:
            owed = self._owed[0]
            if not owed.operations:
                await perform(self.desk, owed.task, owed.file)
            for operation in owed.operations:
                with acting(Actor.TASK):
                    await self.desk.operate(operation)
            self._owed.pop(0)

    @property
    def owes(self) -> bool:
        """Whether something is to be undone that was done in the wrong place."""
        return any(owed.operations for owed in self._owed)

    def _wrong(self, task: Task) -> Mistake | None:
        for mistake in Mistake:
            if mistake is not Mistake.AWAY and self._slips(task, mistake):
                return mistake
        return None

    def _slips(self, task: Task, mistake: Mistake) -> bool:
        """Whether the person makes that mistake now: it was foreseen, and tasks enough went well before."""
        if not _allows(task, mistake, self.desk):
            return False
        for slip in self.slips:
            done = self._fitting.setdefault(slip, set())
            if slip.mistake is mistake and task.id not in done and len(done) <= slip.after:
                done.add(task.id)
                if len(done) == slip.after + 1:
                    self.made.append(MadeSlip(mistake=mistake, task=task.id, kind=task.kind))
                    return True
        return False

    async def _slip(self, mistake: Mistake, task: Task, file: CertificateFile | None) -> dict[str, Any]:
        if mistake is Mistake.ONLY_SAYS:
            self._owed.append(_Owed(task, file, ()))
            return _supposed(task)
        if mistake is Mistake.LEAVES_RUNNING:
            self._owed.append(_Owed(task, file, ()))
            saved = await saved_recovery_file(self.desk, task) if isinstance(task, SaveRecoveryFileTask) else {}
            return saved | stopped_evidence(self.desk.hand_outs(stopped=False))
        if mistake is Mistake.UNDOES_AT_NIGHT:
            back = _back(self.desk, task)
            evidence = await perform(self.desk, task, file)
            self.desk.at_night(back)
            return evidence
        if isinstance(task, CopyListTask):
            evidence = await perform(self.desk, task, file)
            ports = {server.server: _HTTPS for server in task.subject.servers}
            right = {server.server: server.http_port for server in task.subject.servers}
            await self._wrongly(EditList(name=task.subject.copy_list, http_ports=ports))
            self._owed.append(_Owed(task, file, (EditList(name=task.subject.copy_list, http_ports=right),)))
            return evidence
        if isinstance(task, CertificateTask):
            await self._replace_wrongly(mistake, task, file)
        return {}

    async def _replace_wrongly(self, mistake: Mistake, task: CertificateTask, file: CertificateFile | None) -> None:
        server = task.subject.server
        if mistake is Mistake.WRONG_SERVER and file is not None:
            other = next(name for name in self.desk.servers() if name != server)
            await self._wrongly(_replace(other, file))
            self._owed.append(_Owed(task, file, (RestoreCertificate(server=other),)))
            return
        wrong = self_signed(pool_key(_WRONG_KEY), server, _WRONG_SINCE)
        pem = base64.b64encode(wrong.certificate_pem + wrong.key_pem)
        await self._wrongly(_replace(server, CertificateFile(format="pem", content_base64=pem)))

    async def _wrongly(self, operation: Operation) -> None:
        with acting(Actor.MISTAKE):
            await self.desk.operate(operation)


def _is_same_work(task: Task, other: Task) -> bool:
    """Whether two tasks ask for the same: a service asks again for what it does not find."""
    return task.kind == other.kind and getattr(task, "subject", None) == getattr(other, "subject", None)


def _allows(task: Task, mistake: Mistake, desk: Desk) -> bool:
    match mistake:
        case Mistake.WRONG_SERVER:
            return isinstance(task, CertificateTask) and len(desk.servers()) > 1
        case Mistake.WRONG_FILE:
            return isinstance(task, CertificateTask)
        case Mistake.FORGETS_PORT:
            return isinstance(task, CopyListTask) and task.subject.protocol is Protocol.HTTP
        case Mistake.UNDOES_AT_NIGHT:
            return isinstance(task, AssignListTask | SecureTask) and bool(due(desk, task))
        case Mistake.LEAVES_RUNNING:
            stops = isinstance(task, SaveRecoveryFileTask) and task.subject.asks_hand_outs
            return (stops or isinstance(task, StopHandOutsTask)) and bool(desk.hand_outs(stopped=False))
        case _:
            return not isinstance(task, StopHandOutsTask | StartHandOutsTask | LookAtClientsTask)


def _replace(server: str, file: CertificateFile) -> ReplaceCertificate:
    return ReplaceCertificate.model_construct(
        server=server, content_base64=file.content_base64, format=file.format, password=file.password
    )


def _back(desk: Desk, task: Task) -> tuple[Operation, ...]:
    """What puts one of the settings of `task` back to what it is now."""
    if not isinstance(task, AssignListTask | SecureTask):
        return ()
    first = due(desk, task)[0]
    if isinstance(first, AssignList):
        now = desk.assigned_list(first.group, first.location)
        return (first.model_copy(update={"name": now}),)
    if isinstance(first, SetSecureCommunications):
        return (first.model_copy(update={"enabled": not first.enabled}),)
    return ()


def _supposed(task: Task) -> dict[str, Any]:
    """The evidence of a person who has done nothing: what the task itself says."""
    return copy_evidence(task) if isinstance(task, CopyListTask) else {}
