"""Console tasks as kept: every change is a compare-and-set, so two people never hold one task."""

from collections.abc import Collection
from datetime import datetime
from functools import cache
from typing import Any, NoReturn

from sqlalchemy import ColumnElement, Executable, Row, bindparam, false, or_, select, update
from sqlalchemy.ext.asyncio import AsyncConnection

from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.values import RotationId, SiteId, TaskId
from store.database.built_once import built_once
from store.database.database import Database
from store.database.page import FIRST_PAGE, ListOrder, Page, PageRequest, read_page
from store.database.upsert import insert_on
from store.fault import StoreFault
from store.schema.base import table_of
from store.schema.tables import RotationRow, TaskRow
from store.trail.site_trail import Author, NewTrailEvent, SiteTrail, TrailKind

_ONE = built_once(select(table_of(TaskRow)).where(TaskRow.id == bindparam("task")))
_TAKE = built_once(
    update(table_of(TaskRow))
    .where(
        TaskRow.id == bindparam("taken"),
        TaskRow.state == TaskState.CLAIMED,
        TaskRow.claimed_by == bindparam("who"),
        TaskRow.file_claim < TaskRow.claims,
    )
    .values(file_claim=TaskRow.claims, file_taken_by=bindparam("who"), file_taken_at=bindparam("at"))
    .returning(TaskRow.id)
)
_NOTE = built_once(
    update(table_of(TaskRow))
    .where(TaskRow.id == bindparam("noted"), TaskRow.state == TaskState.CLAIMED)
    .values(proof_until=bindparam("proof"), begin_until=bindparam("begin"))
)
_TAKEN = built_once(
    select(TaskRow.file_taken_by).where(
        TaskRow.id == bindparam("task"), TaskRow.state == TaskState.CLAIMED, TaskRow.file_claim >= TaskRow.claims
    )
)
_OLDEST = ListOrder("tasks", (TaskRow.opened_at, TaskRow.id))
_CLOSED = frozenset({TaskState.DONE, TaskState.REFUSED, TaskState.WITHDRAWN})


@cache
def _new(*, postgres: bool) -> Executable:
    return built_once(insert_on(TaskRow, postgres=postgres).on_conflict_do_nothing(index_elements=["id"]))


class UnknownTask(StoreFault):
    """No console task of that id is kept."""


class TaskNotInState(StoreFault):
    """The task is not in a state from which it can go there. `task` is the task as it is."""

    def __init__(self, task: ConsoleTask, *states: TaskState) -> None:
        wanted = states[0].words if len(states) == 1 else "is open or claimed"
        if who := task.claimed_by:
            super().__init__(f"task {task.id} {task.state.words} (operator: {who}), and this takes one that {wanted}")
        else:
            super().__init__(f"task {task.id} {task.state.words}, and this takes one that {wanted}")
        self.task = task


class TaskHeldByAnother(StoreFault):
    """The task is claimed by another operator."""


class FileAlreadyTaken(StoreFault):
    """The file of this claim was handed out. Its holder has another one by claiming once more."""


class Tasks:
    """The console tasks of all rotations."""

    def __init__(self, database: Database, trail: SiteTrail) -> None:
        self._database = database
        self._trail = trail

    async def add(self, task: ConsoleTask) -> ConsoleTask:
        """Keep a task. Of the same id again the first one stays. Returns the one that is kept."""
        row = {
            "id": task.id,
            "rotation_id": task.rotation_id,
            "site_id": task.site_id,
            "opened_at": task.opened_at,
            "task": task,
            "state": task.state,
            "claimed_by": task.claimed_by,
            "closed_at": task.closed_at,
            "closed_by": task.closed_by,
            "note": task.note,
            "attestation": task.attestation,
            "claims": 1 if task.claimed_by else 0,
            "file_claim": 0,
            "file_taken_by": "",
            "file_taken_at": None,
            "proof_until": None,
            "begin_until": None,
        }
        async with self._database.write_rows() as connection:
            await connection.execute(_new(postgres=self._database.is_postgresql), row)
            return _task(await _known(connection, task.id))

    async def get(self, task_id: TaskId) -> ConsoleTask:
        """The task of that id.

        Raises:
            UnknownTask: when none is kept.
        """
        async with self._database.read_rows() as connection:
            return _task(await _known(connection, task_id))

    async def transition(
        self,
        task_id: TaskId,
        from_states: Collection[TaskState],
        to: TaskState,
        *,
        who: str,
        at: datetime,
        note: str = "",
        attestation: dict[str, str] | None = None,
        counts: tuple[datetime | None, datetime | None] = (None, None),
    ) -> ConsoleTask:
        """Move a task to `to` if it is in one of `from_states`. Returns it as it is then.

        Claiming names the holder, until when its proof `counts` and until when the work may begin,
        opening again clears the holder, closing names who closed it. A note or an
        attestation that is empty leaves the one before.

        Raises:
            UnknownTask: when none is kept.
            TaskNotInState: when it is in another state; nothing is changed.
        """
        changes: dict[str, object] = {"state": to}
        if to is TaskState.CLAIMED:
            changes |= {"claimed_by": who, "proof_until": counts[0], "begin_until": counts[1]}
        elif to is TaskState.OPEN:
            changes |= {"claimed_by": ""}
        elif to in _CLOSED:
            changes |= {"closed_by": who, "closed_at": at}
        changes |= {"note": note} if note else {}
        changes |= {"attestation": attestation} if attestation else {}
        move = _move(frozenset(from_states), tuple(changes), claims=to is TaskState.CLAIMED)
        given = {"moved": task_id} | {f"new_{column}": value for column, value in changes.items()}
        async with self._database.write_rows() as connection:
            moved = await connection.scalar(move, given) is not None
            row = await _known(connection, task_id)
            if not moved:
                raise TaskNotInState(_task(row), *from_states)
            return _task(row)

    async def note_proof(self, task_id: TaskId, proof_until: datetime | None, begin_until: datetime | None) -> None:
        """Keep until when the proof of a claim counts, and until when its holder may begin."""
        given = {"noted": task_id, "proof": proof_until, "begin": begin_until}
        async with self._database.write_rows() as connection:
            await connection.execute(_NOTE, given)

    async def issue_file(self, task_id: TaskId, who: str, at: datetime, author: Author | None = None) -> ConsoleTask:
        """Allow the holder to take the task's file, once for each claim. Returns the task.

        Raises:
            UnknownTask: when none is kept.
            TaskNotInState: when it is not claimed.
            TaskHeldByAnother: when another operator holds it.
            FileAlreadyTaken: when the file of this claim was taken.
        """
        await self._trail.ready()
        async with self._database.write_rows() as connection:
            issued = await connection.scalar(_TAKE, {"taken": task_id, "who": who, "at": at}) is not None
            row = await _known(connection, task_id)
            task = _task(row)
            if not issued:
                _refuse_file(task, who, row.file_taken_by)
            taken = NewTrailEvent(
                at=at,
                kind=TrailKind.FILE_TAKEN,
                message=f"the file of task {task_id}",
                author=author or Author(who=who),
                rotation_id=task.rotation_id,
                data={"task": task_id},
            )
            head = await self._trail.append_within(connection, task.site_id, taken)
        await self._trail.note(task.site_id, head)
        return task

    async def file_taken_by(self, task_id: TaskId) -> str:
        """Who took the file of the present claim; empty while it can be taken."""
        async with self._database.read_rows() as connection:
            return await connection.scalar(_TAKEN, {"task": task_id}) or ""

    async def list(
        self,
        states: Collection[TaskState] | None = None,
        *,
        site_id: SiteId | None = None,
        rotation_id: RotationId | None = None,
    ) -> tuple[ConsoleTask, ...]:
        """The tasks in any of `states`, of a site, of a rotation; the oldest first."""
        given = {
            name: value for name, value in (("site_id", site_id), ("rotation_id", rotation_id)) if value is not None
        }
        wanted = _wanted(None if states is None else frozenset(states), tuple(given))
        async with self._database.read_rows() as connection:
            return tuple(_task(row) for row in await connection.execute(wanted, given))

    async def page(
        self,
        asked: PageRequest = FIRST_PAGE,
        *,
        states: Collection[TaskState] | None = None,
        sites: Collection[SiteId] | None = None,
        rotation_id: RotationId | None = None,
    ) -> Page[ConsoleTask]:
        """The tasks in any of `states`, of some sites, of a rotation; the oldest first.

        While a rotation is held nothing may begin, and its site is not watched: no proof counts then.

        Raises:
            BadCursor: when the cursor is not one of this list.
        """
        wanted = select(TaskRow, RotationRow.held).join(RotationRow, RotationRow.id == TaskRow.rotation_id)
        if states is not None:
            wanted = wanted.where(TaskRow.state.in_(states))
        if sites is not None:
            wanted = wanted.where(TaskRow.site_id.in_(sites))
        if rotation_id is not None:
            wanted = wanted.where(TaskRow.rotation_id == rotation_id)
        return await read_page(self._database, wanted, _OLDEST, asked, _as_it_counts)


def _as_it_counts(row: TaskRow, held: bool) -> ConsoleTask:
    task = _task(row)
    return task.model_copy(update={"proof_until": None, "begin_until": None}) if held else task


def _refuse_file(task: ConsoleTask, who: str, taken_by: str) -> NoReturn:
    if task.state is not TaskState.CLAIMED:
        raise TaskNotInState(task, TaskState.CLAIMED)
    if task.claimed_by != who:
        raise TaskHeldByAnother(f"{task.claimed_by} holds task {task.id}, not {who}")
    raise FileAlreadyTaken(f"{taken_by} took the file of task {task.id} already")


@cache
def _wanted(states: frozenset[TaskState] | None, columns: tuple[str, ...]) -> Executable:
    """The tasks in any of `states` whose `columns` are as given."""
    table = table_of(TaskRow)
    wanted = select(table).where(*(table.c[name] == bindparam(name) for name in columns))
    if states is not None:
        wanted = wanted.where(_is_in(states))
    return built_once(wanted.order_by(TaskRow.opened_at, TaskRow.id))


@cache
def _move(states: frozenset[TaskState], columns: tuple[str, ...], *, claims: bool) -> Executable:
    """One statement that looks and writes, so no other write comes in between. It finds the task's id when it wrote."""
    changes: dict[str, Any] = {name: bindparam(f"new_{name}") for name in columns}
    if claims:
        changes["claims"] = TaskRow.claims + 1
    move = update(table_of(TaskRow)).where(TaskRow.id == bindparam("moved"), _is_in(states))
    return built_once(move.values(**changes).returning(TaskRow.id))


def _is_in(states: frozenset[TaskState]) -> ColumnElement[bool]:
    """As `in_`, which is written out again at each run."""
    return or_(false(), *(TaskRow.state == state for state in sorted(states)))


async def _known(connection: AsyncConnection, task_id: str) -> Row[*tuple[Any, ...]]:
    row = (await connection.execute(_ONE, {"task": task_id})).one_or_none()
    if row is None:
        raise UnknownTask(f"no console task of id {task_id} is kept")
    return row


def _task(row: Row[*tuple[Any, ...]] | TaskRow) -> ConsoleTask:
    task: ConsoleTask = row.task
    return task.model_copy(
        update={
            "state": TaskState(row.state),
            "claimed_by": row.claimed_by,
            "closed_at": row.closed_at,
            "closed_by": row.closed_by,
            "note": row.note,
            "attestation": row.attestation,
            "proof_until": row.proof_until if row.state == TaskState.CLAIMED else None,
            "begin_until": row.begin_until if row.state == TaskState.CLAIMED else None,
        }
    )
