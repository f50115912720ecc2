"""The person at the console, played: takes the product's console tasks over its REST routes and does them here."""

import asyncio
from collections import Counter
from collections.abc import AsyncIterator, Awaitable, Callable, Collection, Mapping, Sequence
from dataclasses import dataclass, field
from datetime import timedelta
from http import HTTPStatus
from typing import Any

import httpx
import structlog
from pydantic import TypeAdapter, ValidationError

from emulator.errors import EmulatorError
from emulator.people.delays import robot_delay
from emulator.people.faulty_operator import FaultyOperator
from emulator.people.operator_actions import Desk
from emulator.people.tasks import AssignListTask, CertificateFile, CertificateTask, SecureTask, Task, by_name
from emulator.spec import RobotSpec

_LOG = structlog.get_logger("emulator.robot")
_TASK: TypeAdapter[Task] = TypeAdapter(Task)
_NOT_OURS = frozenset({HTTPStatus.NOT_FOUND, HTTPStatus.CONFLICT, HTTPStatus.GONE, HTTPStatus.PRECONDITION_FAILED})
_OUTAGE = frozenset({429, 500, 502, 503, 504})
_LOOK_AGAIN = timedelta(milliseconds=200)
_LOOKS = 300
_REASON = 500
_SAYS = 10
"""How often it says that a task is done before it looks at the console again."""

Pause = Callable[[timedelta], Awaitable[None]]


async def wall_pause(delay: timedelta) -> None:
    """Wait on the wall clock."""
    await asyncio.sleep(delay.total_seconds())


@dataclass(frozen=True)
class BackOff:
    """How the robot waits out an outage of the product: doubling, up to a limit."""

    first: timedelta = timedelta(seconds=0.2)
    limit: timedelta = timedelta(seconds=5)

    def delay(self, failures: int) -> timedelta:
        """The wait after so many failures in a row (from 1)."""
        return min(self.first * float(2 ** min(failures - 1, 16)), self.limit)


class TaskGoneError(Exception):
    """The product no longer lets this robot have the task: not now, or withdrawn."""


@dataclass
class Robot:
    """One person at the console of one site."""

    api: httpx.AsyncClient
    """Speaks to the product: base address and key are set."""
    desk: Desk
    site_name: str
    seed: int
    pace: RobotSpec = field(default_factory=RobotSpec)
    who: str = ""
    """The name of its identity, as the product knows it; asked for once."""
    pause: Pause = wall_pause
    poll: timedelta = timedelta(seconds=0.5)
    back_off: BackOff = field(default_factory=BackOff)
    taken: Counter[str] = field(default_factory=Counter)
    """Tasks taken up so far by kind."""
    ordinals: dict[str, int] = field(default_factory=dict)
    """Which of its kind each task is: the ordinals of the delays, whatever has to be tried again."""
    unreported: dict[str, dict[str, Any]] = field(default_factory=dict)
    """Evidence of the tasks that are done at the console, and whose report the product has not taken yet."""
    pages: Callable[[Collection[str]], str] | None = None
    """The serials of groups by path, as their pages show them: of a site without REST, whose tasks want them."""
    refusals: Counter[str] = field(default_factory=Counter)
    """How often the product refused the report that a task is done, by task."""

    def __post_init__(self) -> None:
        self.hands = FaultyOperator(self.desk, self.pace.slips)

    async def run(self) -> None:
        """Work until cancelled."""
        while True:
            try:
                worked = await self.work_once()
            except httpx.HTTPStatusError as error:
                # a wrong key, say: an administrator will put it right
                _LOG.warning("product refused", status=error.response.status_code)
                worked = False
            if not worked:
                await self.pause(self.poll)

    async def work_once(self) -> bool:
        """Take up what waits now: first what was claimed before, then what is open. True when a task was done."""
        worked = False
        for task in await self._tasks():
            try:
                await self._work(task)
            except TaskGoneError as gone:
                _LOG.info("task left", task=task.id, kind=task.kind, reason=str(gone))
            except EmulatorError as refused:
                _LOG.warning("console refused", task=task.id, kind=task.kind, reason=str(refused))
            else:
                worked = True
        return worked

    async def _tasks(self) -> list[Task]:
        """What was claimed before comes first."""
        if not self.who:
            self.who = str((await self._call("GET", "/v1/whoami")).json()["name"])
        tasks = []
        async for item in self._listed("/v1/tasks", {"state": ["claimed", "open"]}):
            if item.get("site_name") != self.site_name:
                continue
            try:
                task = _TASK.validate_python(by_name(item) if self.pages is not None else item)
            except ValidationError:
                # a kind of work that no console of this site can do
                _LOG.debug("task not understood", task=item.get("id"), kind=item.get("kind"))
                continue
            if task.claimed_by in {None, "", self.who}:
                tasks.append(task)
        return sorted(tasks, key=lambda task: task.state != "claimed")

    async def _listed(self, path: str, wanted: dict[str, list[str]]) -> AsyncIterator[dict[str, Any]]:
        """The items of a list, page by page."""
        cursor: str | None = ""
        while cursor is not None:
            page = (await self._call("GET", path, params=wanted | ({"cursor": [cursor]} if cursor else {}))).json()
            cursor = page["next"]
            for item in page["items"]:
                yield item

    async def _copied(self, task: Task, before: str) -> dict[str, str]:
        """What the pages of a task's groups show now, once they show something new; and what they showed before."""
        if not before:
            return {"seen": "the console shows it"}
        looks = 0
        while self._shown(task) == before and looks < _LOOKS:
            await self.pause(_LOOK_AGAIN)
            looks += 1
        return {"serials_before": before, "serials": self._shown(task)}

    def _shown(self, task: Task) -> str:
        if self.pages is None or not isinstance(task, AssignListTask | SecureTask):
            return ""
        return self.pages({pair.group_path for pair in task.subject.pairs})

    async def _work(self, task: Task) -> None:
        if task.state != "claimed":
            await self._claim(task)
            # one that was given back is done again
            self.unreported.pop(task.id, None)
        if task.id not in self.unreported:
            self.unreported[task.id] = await self._act(task)
        body = {"note": "done at the console", "evidence": self.unreported[task.id]}
        # refused while nothing of it can be seen yet: the robot reports it again, and now and then does it again
        try:
            await self._call("POST", f"/v1/tasks/{task.id}/done", json=body)
        except TaskGoneError:
            self.refusals[task.id] += 1
            if self.refusals[task.id] % _SAYS == 0:
                self.unreported.pop(task.id)
            raise
        _LOG.info("task done", task=task.id, kind=task.kind)

    async def _act(self, task: Task) -> dict[str, Any]:
        """Do the work after a human delay, and give its evidence."""
        if task.id not in self.ordinals:
            self.ordinals[task.id] = self.taken[task.kind]
            self.taken[task.kind] += 1
        delay = robot_delay(self.seed, task.kind, self.ordinals[task.id], self.pace)
        await self.pause(delay + self.hands.absence(task))
        file = None
        if isinstance(task, CertificateTask) and task.subject.has_file and not task.recovers:
            file = await self._file(task)
        before = self._shown(task)
        evidence = await self.hands.perform(task, file)
        if self.pages is not None:
            evidence |= await self._copied(task, before)
        if isinstance(task, CertificateTask):
            await self._see_it_back(task.subject.server)
        return evidence

    async def _claim(self, task: Task) -> None:
        answer = await self._call("POST", f"/v1/tasks/{task.id}/claim", json={})
        if answer.status_code == HTTPStatus.ACCEPTED:
            raise TaskGoneError("the product is still at work on the claim")

    async def _file(self, task: Task) -> CertificateFile:
        """The certificate of a task. Where the answer that held it was lost, another claim gives another file."""
        path = f"/v1/tasks/{task.id}/file"
        try:
            answer = await self._call("POST", path)
        except TaskGoneError:
            await self._claim(task)
            answer = await self._call("POST", path)
        return CertificateFile.model_validate_json(answer.content)

    async def _see_it_back(self, server: str) -> None:
        """A certificate is not reported as replaced before the server is back, unless it stays away."""
        for _ in range(_LOOKS):
            if self.desk.is_up(server):
                return
            await self.pause(_LOOK_AGAIN)

    async def _call(
        self, method: str, path: str, *, params: Mapping[str, Sequence[str]] | None = None, json: Any = None
    ) -> httpx.Response:
        """One call, repeated through outages. All of the product's task calls may be repeated."""
        failures = 0
        while True:
            try:
                answer = await self.api.request(method, path, params=params, json=json)
            except httpx.TransportError as outage:
                reason = type(outage).__name__
            else:
                if answer.status_code not in _OUTAGE:
                    return _accepted(answer)
                reason = str(answer.status_code)
            failures += 1
            _LOG.info("product does not answer", path=path, reason=reason, failures=failures)
            await self.pause(self.back_off.delay(failures))


def _accepted(answer: httpx.Response) -> httpx.Response:
    if answer.status_code in _NOT_OURS:
        # after an outage the earlier try may be the one that counted; the task list tells next time
        raise TaskGoneError(f"{answer.status_code} {answer.text[:_REASON]}")
    return answer.raise_for_status()
