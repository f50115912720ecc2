"""Sites and rotations as the rules of notices see them, out of the store: no site is asked anything for it."""

from collections.abc import Iterable
from datetime import datetime, timedelta

from rotation.finding import Finding
from rotation.notice.deadlines import deadlines_of
from rotation.notice.notice import Figures
from rotation.notice.watched import EndedRotation, ReportedEvent, WatchedRotation, WatchedSite
from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.running.state import Outcome
from rotation.running.wait import GateReading
from rotation.running.waits.of_state import situation_of
from rotation.running.waits.situation import Situation
from rotation.running.waits.waiting_for import waiting_for
from rotation.site import Site
from rotation.standing.reconciliation import Reconciliation
from rotation.text.sentence import Sentence
from rotation.values import RotationId, SiteId
from service.notices.attention import AttentionSource, KnownAttention
from store.database.page import PageRequest
from store.progress import Rotation
from store.store import Store

_OUTCOMES = {outcome.value: outcome for outcome in Outcome}
_LASTS = timedelta(minutes=2)
"""Trouble that is over sooner, as with the restart of a worker, calls no person."""
_RECENT = 20
"""Rotations that began last: one of them may have ended before it was ever looked at."""
EVENTS = 500
"""So many are read in one look, at most."""


async def running(store: Store, attention: AttentionSource, now: datetime) -> tuple[WatchedRotation, ...]:
    """The rotations that run."""
    rotations = await store.rotations.all_running()
    tasks = await store.tasks.list([TaskState.OPEN, TaskState.CLAIMED]) if rotations else ()
    shown = await attention.read(rotations, now)
    checked = await store.reconciliations.newest()
    return tuple(
        [
            await _watched(store, each, tasks, shown[each.id]._replace(trouble=_trouble(checked, each.id, now)), now)
            for each in rotations
        ]
    )


def _trouble(checked: Reconciliation | None, rotation: RotationId, now: datetime) -> Finding | None:
    """What the reconciler last found wrong with a rotation, once it has lasted. Without a newer look it stands."""
    found = checked.own(rotation) if checked is not None else None
    return None if found is None or now - found.since < _LASTS else found.trouble.finding()


async def ended(
    store: Store, running: Iterable[RotationId], followed: Iterable[RotationId]
) -> tuple[EndedRotation, ...]:
    """The rotations that were followed and run no more, and recent ones that ended before they were followed."""
    runs = set(running)
    recent = {each.id: each for each in (await store.rotations.page(PageRequest(_RECENT))).items if each.id not in runs}
    seen = await store.matters.ended(recent)
    new = [each for key, each in recent.items() if key not in seen]
    gone = [await store.rotations.get(key) for key in followed if key not in runs and key not in recent]
    return tuple([_ended(each, await store.sites.get(each.site_id)) for each in (*new, *gone)])


async def events(store: Store, rotation: RotationId, after: int) -> tuple[ReportedEvent, ...]:
    """What a rotation has reported after the event of that number."""
    found = await store.events.list(rotation, after, EVENTS)
    return tuple(ReportedEvent(number=each.number, at=each.at, kind=each.kind, message=each.message) for each in found)


async def sites(store: Store) -> tuple[WatchedSite, ...]:
    """All sites in use."""
    runs = {each.site_id for each in await store.rotations.all_running()}
    return tuple([await _site(store, each, runs) for each in await store.sites.list() if each.archived_at is None])


async def _site(store: Store, site: Site, runs: set[SiteId]) -> WatchedSite:
    return WatchedSite(
        site=site,
        runs=site.id in runs,
        latest_start=await store.plans.newest_start(site.id),
        ports=await store.inventory.ports(site.id),
    )


async def _watched(
    store: Store, rotation: Rotation, tasks: Iterable[ConsoleTask], known: KnownAttention, now: datetime
) -> WatchedRotation:
    start = await store.plans.newest_start(rotation.site_id) if known.all else None
    return WatchedRotation(
        id=rotation.id,
        site=await store.sites.get(rotation.site_id),
        phase=rotation.phase,
        step=rotation.step_title,
        step_id=rotation.step_id,
        attention=known.all,
        is_certain=known.is_certain,
        waits=_waits(rotation, known, now),
        deadlines=deadlines_of(known.state, start, now),
        figures=_figures(rotation.coverage),
        next_action_at=rotation.next_action_at,
        tasks=tuple(task for task in tasks if task.rotation_id == rotation.id),
    )


def _waits(rotation: Rotation, known: KnownAttention, now: datetime) -> Sentence | None:
    """The sentence that the API shows."""
    if known.trouble is not None:
        return waiting_for(Situation(status=rotation.status.value, trouble=known.trouble, now=now))
    return None if known.state is None else waiting_for(situation_of(known.state, now))


def _ended(rotation: Rotation, site: Site) -> EndedRotation:
    at: datetime = rotation.finished_at or rotation.updated_at
    outcome = _OUTCOMES.get(rotation.status.value)
    figures = _figures(rotation.coverage)
    return EndedRotation(id=rotation.id, site=site, at=at, purpose=rotation.purpose, outcome=outcome, figures=figures)


def _figures(reading: GateReading | None) -> Figures | None:
    if reading is None:
        return None
    return Figures(covered=reading.covered, total=reading.total, waiting=reading.waiting, names=reading.waiting_names)
