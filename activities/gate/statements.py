"""Gates of a site without REST: what an export has to be to end one, and what two persons state instead."""

from collections.abc import Iterable, Sequence
from datetime import timedelta

from temporalio import activity

from engine.contract import ActivityName, GateRequest, StateCoverageRequest, StatedAnswer
from rotation.console.exported import ClientExport
from rotation.console.statement import Statement, WantedProof, missing_in
from rotation.plan.step import Gate, Holdout
from rotation.proof.reading import evidence_key
from rotation.proof.verdict import ClientEvidence, Judgement, Reason, RosterEntry, Verdict
from rotation.running.wait import GateReading
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
        that names an unknown client is not kept, and covers no client.
        """
        store, ref = self._world.store, request.ref
        scope = await scope_of(self._world, ref)
        if not isinstance(scope.step, Gate | Holdout):
            raise TypeError(f"step {scope.step.id} is no gate")
        key = evidence_key(scope.plan.body, scope.step)
        roster = await store.roster.entries(ref.site_id, None)
        names = {client.name.casefold() for client in roster}
        if unknown := [name for name in missing_in(request.evidence) if name.casefold() not in names]:
            return StatedAnswer(count=0, unknown=tuple(unknown[:_NAMES]))
        left = {name.casefold() for name in missing_in(request.evidence)}
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
        now = self._world.clock()
        await store.coverage.begin_reading(ref.rotation_id, key, now)
        await store.coverage.save(
            ref.rotation_id,
            key,
            [
                Judgement(
                    client=client,
                    verdict=Verdict.COVERED,
                    reason=Reason.STATED,
                    evidence=ClientEvidence(client=client, contact_seen=stated_at, covered=True, reason=Reason.STATED),
                )
                for client in waiting
            ],
            now,
        )
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
    people are asked. A gate that is read again before a swap, whether it still holds, wants one of the last day.
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
    if reading.reached and fresh:
        return reading
    shown = sum(1 for entry in entries if entry.observed is not None)
    asked = WantedProof(
        clients=shown, names=reading.waiting_names, text=_asks(reading, export, holds=opened_at is None)
    )
    return reading.model_copy(update={"reached": False, "asks": asked})


def _asks(reading: GateReading, export: ClientExport | None, *, holds: bool) -> str:
    if export is None:
        return "no export of the clients was uploaded: upload one, or state what you see in the console"
    taken = f"the export of {export.taken_at:%Y-%m-%d %H:%M} UTC"
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
