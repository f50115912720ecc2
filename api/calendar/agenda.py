"""The entries of the calendar, out of the store: latest safe starts, ends of certificates, waits and replacements."""

from collections.abc import Iterable, Iterator, Mapping, Sequence
from datetime import datetime, timedelta

from api.calendar.agenda_item import AgendaItem, AgendaKind
from api.parts import Parts
from engine.contract import EventKind
from rotation.identity.identity import Principal
from rotation.plan.plan import Plan, StepTime
from rotation.plan.step import Closing, Console, Gate, Holdout, Step
from rotation.plan.work.task import ReplaceCertificate
from rotation.site import Site
from rotation.text.sentence import sentence
from rotation.values import Fingerprint, ServerName
from rotation.watch.inventory import WatchedPort
from store.progress import Rotation
from store.rotation.plans import PlanInShort


async def agenda_of(parts: Parts, caller: Principal) -> tuple[AgendaItem, ...]:
    """The entries of the sites that the caller sees, the soonest first. Archived sites have none."""
    store = parts.store
    sites = [each for each in await store.sites.list() if each.archived_at is None and caller.sees(each.id)]
    by_id = {each.id: each for each in sites}
    plans = await store.plans.newest_of_all()
    running = {each.site_id: each for each in await store.rotations.all_running() if each.site_id in by_id}
    planned = await store.plans.of_ids([each.plan_id for each in running.values()])
    began = await store.events.times_of_all([each.id for each in running.values()], EventKind.STEP_BEGAN)
    found: list[AgendaItem] = []
    for site_id, ports in (await store.inventory.by_site(frozenset(by_id))).items():
        found += _ends(by_id[site_id], ports)
    for site in sites:
        rotation, plan = running.get(site.id), plans.get(site.id)
        if rotation is not None and rotation.plan_id in planned:
            found += _of_rotation(site, rotation, planned[rotation.plan_id], began[rotation.id], parts.clock())
        elif rotation is None and plan is not None:
            found += _start(site, plan)
    return tuple(sorted(found, key=lambda each: (each.at, each.site, each.key)))


def _start(site: Site, plan: PlanInShort) -> Iterator[AgendaItem]:
    if plan.latest_start is not None:
        yield AgendaItem(
            key=f"start/{site.id}",
            kind=AgendaKind.LATEST_START,
            site_id=site.id,
            site=site.name,
            text=sentence(
                "%(site)s: begin the rotation before this time, so that no certificate ends while clients need it",
                site=site.name,
            ),
            at=plan.latest_start.at,
            path=f"/plans/{plan.id}",
        )


def _ends(site: Site, ports: Iterable[WatchedPort]) -> Iterator[AgendaItem]:
    """Each certificate once, with the servers that present it."""
    servers: dict[tuple[datetime, Fingerprint], set[ServerName]] = {}
    for port in ports:
        certificate = port.current.certificate if port.current is not None else None
        if certificate is not None and certificate.not_after is not None:
            servers.setdefault((certificate.not_after, certificate.fingerprint), set()).add(port.endpoint.server)
    for (end, fingerprint), named in servers.items():
        yield AgendaItem(
            key=f"end/{site.id}/{fingerprint}",
            kind=AgendaKind.CERTIFICATE_END,
            site_id=site.id,
            site=site.name,
            text=sentence(
                "%(site)s: the certificate of %(servers)s ends", site=site.name, servers=", ".join(sorted(named))
            ),
            at=end,
            path=f"/sites/{site.id}",
        )


def _of_rotation(
    site: Site, rotation: Rotation, plan: Plan, began: Mapping[str, datetime], clock: datetime
) -> list[AgendaItem]:
    """The waits and replacements that are left, later by what the rotation is late."""
    steps = {step.id: step for step in plan.body.steps}
    times = {time.step: time for time in plan.times}
    now = times.get(rotation.step_id)
    late = began[rotation.step_id] - now.expected if now is not None and rotation.step_id in began else timedelta(0)
    left = _left(plan, rotation.step_id)
    if left and left[0][1] is not None:
        # a gate that waits for longer than was expected: what follows it is not behind us
        late = max(late, clock - left[0][1].expected)
    found = []
    for time, following in left:
        step = steps.get(time.step)
        if step is None or not _is_shown(step):
            continue
        current = time.step == rotation.step_id
        at = began.get(time.step, time.expected + late) if current else time.expected + late
        until = rotation.next_action_at if current else None
        ends = until or (following.expected + late if following is not None else None)
        found.append(_step_item(site, rotation, step, at, ends if ends is None or ends > at else None))
    return found


def _left(plan: Plan, step_id: str) -> Sequence[tuple[StepTime, StepTime | None]]:
    """The steps from the current one on, each with the one that follows it."""
    times = plan.times
    if not step_id:
        place = 0
    else:  # the steps of a cancel are none of the plan: then nothing of it is left
        place = next((number for number, time in enumerate(times) if time.step == step_id), len(times))
    return [(time, times[number + 1] if number + 1 < len(times) else None) for number, time in enumerate(times)][place:]


def _is_shown(step: Step) -> bool:
    is_swap = isinstance(step, Console) and isinstance(step.work, ReplaceCertificate)
    return is_swap or isinstance(step, Gate | Holdout | Closing)


def _step_item(site: Site, rotation: Rotation, step: Step, at: datetime, until: datetime | None) -> AgendaItem:
    match step:
        case Console(work=ReplaceCertificate(server=server, puts_back=True)):
            kind = AgendaKind.REPLACEMENT
            text = sentence(
                "%(site)s: the old certificate of %(server)s is put back at the console", site=site.name, server=server
            )
        case Console(work=ReplaceCertificate(server=server)):
            kind = AgendaKind.REPLACEMENT
            text = sentence(
                "%(site)s: the certificate of %(server)s is replaced at the console", site=site.name, server=server
            )
        case Holdout():
            kind = AgendaKind.WAIT
            servers = ", ".join(step.servers)
            text = sentence("%(site)s: holdout, %(servers)s keeps the old certificate", site=site.name, servers=servers)
        case Closing():
            kind, text = AgendaKind.WAIT, sentence("%(site)s: the closing check waits for clients", site=site.name)
        case _ if not step.number[:1].isupper():
            kind, text = AgendaKind.WAIT, sentence("%(site)s: %(step)s", site=site.name, step=step.title)
        case _:
            kind = AgendaKind.WAIT
            text = sentence("%(site)s: gate %(number)s waits for clients", site=site.name, number=step.number)
    return AgendaItem(
        key=f"step/{rotation.id}/{step.id}",
        kind=kind,
        site_id=site.id,
        site=site.name,
        text=text,
        at=at,
        until=until,
        expected=step.id != rotation.step_id,
        path=f"/rotations/{rotation.id}",
    )
