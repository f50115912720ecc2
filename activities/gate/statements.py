"""Gates of a site without REST: what an export has to be to end one, and what two persons state instead."""

from collections import Counter
from collections.abc import Iterable, Sequence
from datetime import datetime, timedelta

from temporalio import activity

from engine.contract import ActivityName, GateRequest, StateCoverageRequest, StatedAnswer
from rotation.console.exported import ClientExport
from rotation.console.statement import Statement, WantedProof, missing_in
from rotation.plan.step import Gate, Holdout
from rotation.proof.acceptance import without_proof
from rotation.proof.reading import evidence_key
from rotation.proof.verdict import ClientEvidence, Judgement, Reason, RosterEntry, Verdict
from rotation.running.wait import GateReading
from rotation.site import Site
from rotation.text.some_names import some_of
from rotation.values import ClientId
from service.plans.recovery_planning import ahead_of_ours
from service.scope import StepScope, scope_of
from service.world import World
from store.database.page import PageRequest

_NAMES = 10
FRESH = timedelta(days=1)
"""How old an export may be when a certificate is to be replaced."""


class Statements:
    """Statements about gates."""

    def __init__(self, world: World) -> None:
        self._world = world

    @activity.defn(name=ActivityName.STATE_COVERAGE)
    async def state_coverage(self, request: StateCoverageRequest) -> StatedAnswer:
        """Count clients as covered because two persons state it: clients without proof that an export from before the
        statement and the newest one show, and that the statement does not leave open. The statement is kept first. One
        that names an unknown client, or one client twice, is not kept, and covers no client.

        A client that the statement leaves open, and that an earlier one has covered, is waited for again.
        """
        store, ref = self._world.store, request.ref
        scope = await scope_of(self._world, ref)
        if not isinstance(scope.step, Gate | Holdout):
            raise TypeError(f"step {scope.step.id} is no gate")
        key = evidence_key(scope.plan.body, scope.step)
        roster = await store.roster.entries(ref.site_id, None)
        left = Counter(name.casefold() for name in missing_in(request.evidence))
        names = Counter(client.name.casefold() for client in roster)
        if left - names:
            misfits = [name for name in dict.fromkeys(missing_in(request.evidence)) if name.casefold() in left - names]
            unknown = [name for name in misfits if name.casefold() not in names]
            repeated = [name for name in misfits if name.casefold() in names]
            return StatedAnswer(count=0, unknown=tuple(unknown[:_NAMES]), repeated=tuple(repeated[:_NAMES]))
        statement = Statement(
            rotation_id=ref.rotation_id,
            gate=key,
            stated_by=request.stated_by,
            approved_by=request.approved_by,
            why=request.why,
            evidence=request.evidence,
            at=request.stated_at,
        )
        await store.console.state(statement)
        newest = await store.surveys.latest_complete(ref.site_id)
        survey = await store.surveys.get(newest) if newest else None
        stated_at = request.stated_at + (ahead_of_ours(survey) if survey is not None else timedelta(0))
        shown = {
            client.id
            for client in roster
            if client.observed is not None
            and client.first_seen_at <= request.stated_at
            and client.name.casefold() not in left
        }
        waiting = [client for client in await self._unproven(scope, key) if client in shown]
        kept = await store.coverage.evidence(ref.rotation_id, key)
        stated_before = {client: each for client, each in kept.items() if each.reason is Reason.STATED}
        now = self._world.clock()
        covered = [
            Judgement(
                client=client,
                verdict=Verdict.COVERED,
                reason=Reason.STATED,
                evidence=ClientEvidence(client=client, contact_seen=stated_at, covered=True, reason=Reason.STATED),
            )
            for client in waiting
        ]
        taken_back = [
            Judgement(
                client=client.id, verdict=Verdict.WAITING, reason=Reason.WENT_BACK, evidence=without_proof(evidence)
            )
            for client in roster
            if client.name.casefold() in left and (evidence := stated_before.get(client.id)) is not None
        ]
        await store.coverage.begin_reading(ref.rotation_id, key, now)
        await store.coverage.save(ref.rotation_id, key, [*covered, *taken_back], now)
        return StatedAnswer(count=len(waiting))

    async def _unproven(self, scope: StepScope, key: str) -> Iterable[ClientId]:
        """The clients that the gate waits for, and those that are safe: by an old export every client is away."""
        found: list[ClientId] = []
        for verdict in (Verdict.WAITING, Verdict.SAFE):
            cursor: str | None = None
            while True:
                page = await self._world.store.coverage.verdicts(
                    scope.ref.rotation_id, key, verdict=verdict, asked=PageRequest(500, cursor)
                )
                found.extend(each.client for each in page.items)
                cursor = page.cursor
                if cursor is None:
                    break
        return found


async def by_export(
    world: World, scope: StepScope, request: GateRequest, reading: GateReading, entries: Sequence[RosterEntry]
) -> GateReading:
    """`reading` as a gate of a site without REST may use it; any other site's unchanged.

    An export or a statement from after the gate's minimum ends it. Where there is none, or a client is not covered,
    people are asked. So they are where the gate has no client, and an export has clients in groups that no document
    describes: these may be its clients. A gate that is read again before a swap, whether it still holds, wants one of
    the last day.
    """
    step = scope.step
    if scope.site.at_console is None or not isinstance(step, Gate | Holdout):
        return reading
    export = await world.store.console.newest_export(scope.site.id)
    opened_at = request.opened_at
    due = opened_at + step.minimum if opened_at is not None else world.clock() - FRESH
    key = evidence_key(scope.plan.body, step)
    stated = [each for each in await world.store.console.statements(request.ref.rotation_id) if each.gate == key]
    fresh = (export is not None and export.taken_at >= due) or any(each.at >= due for each in stated)
    strays = await _strays(world, scope) if not (entries or stated) else ()
    if reading.reached and fresh and not strays:
        return reading
    shown = sum(1 for entry in entries if entry.observed is not None)
    asked = WantedProof(
        clients=shown, names=reading.waiting_names, text=_asks(reading, export, strays, holds=opened_at is None)
    )
    return reading.model_copy(update={"reached": False, "asks": asked})


async def _strays(world: World, scope: StepScope) -> tuple[str, ...]:
    """The names of the clients in groups that the plan does not know."""
    planned = {group for owner in scope.plan.body.scopes for group in owner.groups}
    roster = await world.store.roster.entries(scope.site.id, None)
    return tuple(sorted(client.name for client in roster if client.group_id not in planned))


async def closes_by(world: World, site: Site, due: datetime | None) -> str:
    """Why no client counts as back when a rotation at a site without REST ends; empty where clients were exported.

    `due`: when the closing check began to look for them.
    """
    if site.at_console is None or due is None:
        return ""
    export = await world.store.console.newest_export(site.id)
    if export is None:
        return "no export of the clients was uploaded: upload one, which shows the clients that are back"
    if export.taken_at >= due:
        return ""
    taken = _named(export)
    return f"{taken} is from before the closing check: upload a newer one, which shows the clients that are back"


def _named(export: ClientExport) -> str:
    return f"the export of {export.taken_at:%Y-%m-%d %H:%M} UTC"


def _asks(reading: GateReading, export: ClientExport | None, strays: Sequence[str], *, holds: bool) -> str:
    if export is None:
        return "no export of the clients was uploaded: upload one, or state what you see in the console"
    taken = _named(export)
    if strays:
        return (
            f"{taken} shows no client in the groups of this gate, and clients ({len(strays)}) in groups that the "
            f"site's document does not describe: {some_of(strays, _NAMES)}: upload an export that shows them in groups "
            "of the document, or state what you see in the console"
        )
    if not reading.waiting and reading.unshown:
        return f"{taken} shows no client at {', '.join(reading.unshown)} since: upload another one, a heartbeat later"
    if not reading.waiting and holds:
        return f"{taken} is older than {FRESH.days} day: upload a newer one, then claim again"
    if not reading.waiting:
        return f"{taken} is older than its minimum: upload a newer one, or state what you see in the console"
    names = reading.waiting_shown
    return (
        f"{taken} shows {reading.covered} of {reading.total} clients as the gate needs them, and not {names}: upload "
        "another one, a heartbeat later, or state what you see in the console"
    )
