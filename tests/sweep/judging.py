"""How a run must have ended, whatever died in it: judged by the emulator's own journal and the product's records."""

import asyncio
import contextlib
from collections import Counter
from collections.abc import AsyncIterator
from dataclasses import dataclass
from typing import Any

from api.standing.reconciler import EVERY
from rotation.plan.step import SettingField
from rotation.values import RotationId
from store.rotation.write_rows import WriteOutcome
from store.settings import StoreSettings
from store.store import Store
from tests.sweep.histories import failed_tasks
from tests.sweep.lanes import Lane
from tests.sweep.procedures import Procedure
from tests.sweep.visits import Visit

_LOOK_AGAIN = 0.5
_REPLACED = "console.replace_certificate"
_MOVED = "rest.client_log"
_SIZES = 2


@dataclass(frozen=True)
class Before:
    """What must be there again in the end."""

    pairs: Any
    lists: Any
    servers: Any

    @classmethod
    async def of(cls, visit: Visit) -> "Before":
        """The site now."""
        return cls(*[await visit.truth(path) for path in ("pairs", "lists", "servers")])


@dataclass(frozen=True)
class Story:
    """What a run did, in the order in which it did it; the same for every run of a procedure, whatever died."""

    effects: Counter[tuple[str, ...]]
    events: tuple[tuple[str, ...], ...]


async def story(visit: Visit) -> Story:
    """The effects at the site and the events of the product, without fingerprints: each run has new certificates."""
    effects: Counter[tuple[str, ...]] = Counter()
    for each in await visit.truth("effects"):
        subject = each["subject"][:1] if each["kind"] == _REPLACED else each["subject"]
        effects[each["kind"], *subject] += each["count"]
    events = []
    for rotation in visit.rotations:
        listed = await visit.lane.get(f"/v1/rotations/{rotation}/events?limit=500")
        events += [(each["kind"], each["data"]["step"]) for each in listed["items"] if each["kind"] in _COMPARED]
    return Story(effects, tuple(events))


_COMPARED = frozenset(
    {"started", "step-began", "step-ended", "task-opened", "task-closed", "gate-passed", "turning-back", "ended"}
)


async def problems(visit: Visit, procedure: Procedure, before: Before, undisturbed: Story | None) -> list[str]:
    """Everything that is not as it must be.

    1. each rotation ended as it must, there is no other, and no attention is left
    2. the site is as it was, but for the certificates; no client was ever lost
    3. every effect happened once; effects and events are those of the undisturbed run. One exception: a call that a
       crash cut off moves a policy again (rule 24b), so a policy may be moved several times, and back as often
    4. no event is missing or altered, no task was opened twice, each write is noted once and as made, and no workflow
       task ever failed, but where Temporal put an end off for a message: those are counted
    """
    found = [*await _endings(visit, procedure), *await _site(visit, procedure, before)]
    played = await story(visit)
    found += [
        f"{' '.join(effect)} happened {count} times"
        for effect, count in played.effects.items()
        if count != 1 and effect[0] != _MOVED
    ]
    found += moved_for_good(played.effects)
    if undisturbed is not None:
        found += _differences(played, undisturbed)
    return [*found, *await _records(visit), *await _history(visit)]


async def _endings(visit: Visit, procedure: Procedure) -> list[str]:
    listed = await _quiet(visit)
    found = {each["id"]: each for each in listed}
    statuses = tuple(found[rotation]["status"] for rotation in visit.rotations)
    wrong = [] if statuses == procedure.statuses else [f"ended {statuses}, not {procedure.statuses}"]
    if others := found.keys() - visit.rotations:
        wrong.append(f"{len(others)} rotations more than were asked for")
    return wrong + [f"attention is left: {each['attention']}" for each in listed if each["attention"]]


async def _quiet(visit: Visit) -> list[dict[str, Any]]:
    """The rotations once none has attention left. The service sees only at its next look that a site is put back."""
    listed: list[dict[str, Any]] = []
    with contextlib.suppress(TimeoutError):
        async with asyncio.timeout(2 * EVERY.total_seconds()):
            while not listed or any(each["attention"] for each in listed):
                await asyncio.sleep(_LOOK_AGAIN if listed else 0)
                listed = (await visit.lane.get(f"/v1/rotations?site_id={visit.id}"))["items"]
    return listed


async def _site(visit: Visit, procedure: Procedure, before: Before) -> list[str]:
    now, old = await Before.of(visit), {each["name"]: each["fingerprint_sha256"] for each in before.servers}
    wanted = visit.planned if procedure.replaces else old
    served = {each["name"]: each["fingerprint_sha256"] for each in now.servers}
    found = [] if served == wanted else [f"servers present {served}, not {wanted}"]
    found += [] if now.pairs == before.pairs else [f"settings are {now.pairs}, they were {before.pairs}"]
    found += [] if now.lists == before.lists else [f"server lists are {now.lists}, they were {before.lists}"]
    lost = (await visit.truth("verdict"))["lost_ever"]
    return found + [f"client {each['name']} was lost: {each['why']}" for each in lost]


def moved_for_good(effects: Counter[tuple[str, ...]]) -> list[str]:
    """The pairs whose policy was moved more often than back: of two sizes each must have been set as often."""
    moved = {effect[1:3] for effect in effects if effect[0] == _MOVED}
    found = []
    for pair in sorted(moved):
        counts = [count for effect, count in effects.items() if effect[:3] == (_MOVED, *pair)]
        if len(counts) != _SIZES or len(set(counts)) != 1:
            found.append(f"the system log of {' '.join(pair)} is not as large as before: {counts}")
    return found


def _differences(played: Story, undisturbed: Story) -> list[str]:
    found = [f"{' '.join(effect)} was not done" for effect in undisturbed.effects.keys() - played.effects.keys()]
    found += [f"{' '.join(effect)} was done" for effect in played.effects.keys() - undisturbed.effects.keys()]
    if played.events != undisturbed.events:
        missing, more = (
            Counter(undisturbed.events) - Counter(played.events),
            Counter(played.events) - Counter(undisturbed.events),
        )
        found.append(
            f"told otherwise than undisturbed: missing {dict(missing)}, more {dict(more)}, or in another order"
        )
    return found


async def _records(visit: Visit) -> list[str]:
    """The store's own: the chain of events, tasks, writes. A policy is moved once more after a crash (rule 24b)."""
    tasks = Counter(
        (each["rotation_id"], each["step"]) for each in (await visit.lane.get(f"/v1/tasks?site_id={visit.id}"))["items"]
    )
    found = [f"step {step} opened {count} tasks" for (_, step), count in tasks.items() if count != 1]
    async with _store(visit.lane) as store:
        for rotation in visit.rotations:
            await store.events.verify_chain(RotationId(rotation))
            found += [
                f"write of step {each.step_id} is noted as {each.outcome}, attempt {each.attempt}"
                for each in await store.writes.written(RotationId(rotation))
                if each.outcome is not WriteOutcome.APPLIED
                or (each.attempt != 1 and each.field is not SettingField.LOG_SIZE)
            ]
    return found


async def _history(visit: Visit) -> list[str]:
    """Temporal's: a workflow task that failed is a history that did not replay, or a defect in the loop."""
    failed = await failed_tasks((await visit.workflow()).fetch_history_events())
    visit.put_off = failed.put_off
    return list(failed.defects)


@contextlib.asynccontextmanager
async def _store(lane: Lane) -> AsyncIterator[Store]:
    folder = lane.processes.folder
    url = f"sqlite+aiosqlite:///{folder.database}"
    store = await Store.open(StoreSettings(folder=folder.root, database_url=url, key_file=folder.key, key=None))
    try:
        yield store
    finally:
        await store.close()
