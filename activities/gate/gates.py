"""Reading a gate: every client of the site, in full, judged and stored; only counts go back."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from temporalio import activity

from activities.failures import as_activity_failures
from activities.gate.denominator import roster_entries
from activities.gate.full_reading import every_client
from activities.gate.moved_policies import taken
from activities.gate.outage import answering, down_beside, with_outage
from activities.gate.reading_counts import NAMES, in_numbers
from activities.gate.recovering import read_returned
from activities.gate.seen import gate_of, reached_none, seen_by_gate
from activities.gate.signed import signatures
from activities.gate.silent_clients import silent_at_claim, silent_beside
from activities.gate.statements import by_export
from activities.look.looking import SiteLooks
from engine.contract import ActivityName, GateAnswer, GateRequest
from rotation.finding import some
from rotation.key import key_of
from rotation.plan.plan import PlanBody
from rotation.plan.step import Gate, GatePurpose, Holdout
from rotation.proof.outage import OutageSeen, missing
from rotation.proof.reading import (
    Seen,
    evidence_key,
    gone_back,
    is_reached,
    judge_all,
    rules,
    still_standing,
)
from rotation.proof.silence import fallen_silent, silenced, silent_canaries
from rotation.proof.silence_threshold import unusually_many
from rotation.proof.verdict import ClientEvidence, Judgement, RosterEntry, Verdict, tally
from rotation.running.wait import GateReading
from rotation.values import ClientId
from service.long_computations import in_turns
from service.scope import scope_of
from service.world import World
from store.rotation.coverage import CoveragePoint


class Gates:
    """Coverage."""

    def __init__(self, world: World) -> None:
        self._world = world
        self._looking = SiteLooks(world)

    @activity.defn(name=ActivityName.READ_GATE)
    async def read_gate(self, request: GateRequest) -> GateAnswer:
        """Look at the site where a look is due; read the gate unless the look found what must be dealt with first."""
        seen = await self._looking.look(request.look) if request.look is not None else None
        if seen is not None and any(each.repair or each.blocks or each.voids for each in seen.drifts):
            return GateAnswer(reading=None, look=seen)
        reading = await self._read(request)
        await self._world.store.coverage.note_reading(request.ref.rotation_id, request.ref.step, _point(reading))
        return GateAnswer(reading=reading, look=seen)

    async def _read(self, request: GateRequest) -> GateReading:
        """One full reading of a gate (rule 2), with its verdicts and evidence stored.

        1. read every client of the site, SEPM's clock, and for a swap the owners' policy dates; a reading that cannot
           be proven to be whole is none, and is tried again
        2. keep in mind how canaries that verify were last seen, then update the roster: what is not listed any more has
           vanished, and is still counted (rule 1)
        3. judge every client of the scope by its owner's rule and the evidence so far
        4. store verdicts and evidence, then answer with counts, and with what clients have shown of servers (13, 24)
        """
        world = self._world
        scope = await scope_of(world, request.ref)
        step = gate_of(scope)
        if isinstance(step, Gate) and step.purpose is GatePurpose.RECOVERED:
            return await read_returned(world, scope, request)
        known = await world.store.roster.present(scope.site.id)
        newest = await world.store.surveys.latest_complete(scope.site.id)
        survey = await world.store.surveys.get(newest) if newest else None
        asked_at = world.clock()
        key = evidence_key(scope.plan.body, step)
        await world.store.roster.begin_reading(scope.site.id, asked_at)
        await world.store.coverage.begin_reading(request.ref.rotation_id, key, asked_at)
        before = await answering(world, scope)
        with as_activity_failures():
            async with await world.sepm(scope.site) as client:
                clients = await every_client(client, known, survey)
                clock = client.clock_of_last_answer()
                seen = await seen_by_gate(world, client, scope, request, clock=clock, survey=survey)
        seen = await with_outage(world, scope, seen, request, clock, before=before)
        by_owner = rules(step, seen)
        signed = await signatures(scope, step, by_owner)
        latest = await world.store.roster.update(scope.site.id, asked_at, None, clients)
        entries = await roster_entries(world, scope, step, seen, latest)
        evidence = kept = await world.store.coverage.evidence(request.ref.rotation_id, key)
        # at a site without REST no settings are read: each newer serial speaks against what was proven before it
        proves_again = bool(request.verified_by) or scope.site.at_console is not None
        if proves_again and isinstance(step, Gate) and step.purpose is GatePurpose.RELAXED:
            evidence = still_standing(entries, by_owner, evidence)
            await world.store.coverage.restart(request.ref.rotation_id, step.id)
            kept = {}
        judgements = await in_turns(len(entries), judge_all, entries, by_owner, evidence)
        await world.store.coverage.save(
            request.ref.rotation_id,
            key,
            [each for each in judgements if not _is_kept(each, kept)],
            asked_at,
        )
        scoped = [entry for entry in entries if entry.owner in by_owner]
        heard_until = clock if seen.as_of is None else min(clock, seen.as_of)
        silent = silenced(scoped, judgements, by_owner, heard_until, await down_beside(world, scope))
        unusual = unusually_many(silent, scoped, by_owner, heard_until)
        unusual_ids = {entry.id for entry in unusual}
        waited_for = {each.client for each in judgements if each.verdict is Verdict.WAITING}
        elsewhere = await silent_beside(scope, entries, waited_for, heard_until - seen.skew)
        quiet = fallen_silent(scoped, judgements, by_owner, heard_until) if request.verified_by else []
        reading = _reading(step, asked_at, entries, judgements, silent=unusual, elsewhere=elsewhere)
        groups = _groups(scope.plan.body, entries, judgements) if reading.waiting else ()
        no_client = await reached_none(world, scope, step, seen, clock)
        reading = signed.applied(reading, scoped, request.shown)
        asked = await taken(scope, step, clock, seen.skew, by_owner)
        if asked is not None:
            reading = asked.applied(reading, entries, request)
        reading = await by_export(world, scope, request, reading, scoped)
        planned = {group for owner in scope.plan.body.scopes for group in owner.groups}
        upgrading = sorted(each.name for each in clients if each.upgrades and each.group_id in planned)
        update = {
            "upgrading": len(upgrading),
            "upgrading_names": tuple(upgrading[:NAMES]),
            "outage": _not_come(seen, missing(scoped, judgements, by_owner)),
            "reached_none": no_client,
            "waiting_groups": groups,
            "waiting_key": _key(judgements),
            "quiet": len(quiet),
            "quiet_names": _names(quiet),
            "all_silent": await silent_at_claim(scope, entries, heard_until - seen.skew) if request.verified_by else 0,
            "gone_back": some(sorted(gone_back(step, seen))),
            "switched_off": _names(entry for entry in silent if entry.id not in unusual_ids),
            "silent_canaries": _names(silent_canaries(scoped, judgements, by_owner, heard_until)),
        }
        return reading.model_copy(update=update)


def _point(reading: GateReading) -> CoveragePoint:
    return CoveragePoint(
        taken_at=reading.taken_at,
        total=reading.total,
        proven=reading.covered + reading.safe,
        waiting=reading.waiting,
        left_out=reading.left_out,
    )


def _not_come(seen: Seen, missing_now: list[RosterEntry]) -> OutageSeen:
    return seen.outage.model_copy(update={"missing": len(missing_now), "missing_names": _names(missing_now)})


def _is_kept(judgement: Judgement, kept: Mapping[ClientId, ClientEvidence]) -> bool:
    """Whether what is stored says the same already: proof stays, and most clients have it for most of a wait."""
    return judgement.verdict is Verdict.COVERED and kept.get(judgement.client) == judgement.evidence


def _groups(body: PlanBody, entries: Iterable[RosterEntry], judgements: Iterable[Judgement]) -> tuple[str, ...]:
    """Some of the owners whose settings the clients have that the gate waits for."""
    waiting = {judgement.client for judgement in judgements if judgement.verdict is Verdict.WAITING}
    owners = {entry.owner for entry in entries if entry.id in waiting}
    return some(sorted(owner.path for owner in body.scopes if owner.group_id in owners))


def _reading(
    step: Gate | Holdout,
    taken_at: datetime,
    entries: list[RosterEntry],
    judgements: list[Judgement],
    *,
    silent: list[RosterEntry],
    elsewhere: list[RosterEntry],
) -> GateReading:
    swapped = not isinstance(step, Gate) or step.purpose is GatePurpose.SWAPPED
    by_swap = {entry.id for entry in (*(silent if swapped else ()), *elsewhere)}
    return in_numbers(taken_at, entries, judgements, reached=is_reached(step, tally(judgements))).model_copy(
        update={
            "silent_after_swap": len(by_swap),
            "silent_after_write": 0 if swapped else len(silent),
            "silent_names": _names({entry.id: entry for entry in (*silent, *elsewhere)}.values()),
        }
    )


def _key(judgements: Iterable[Judgement]) -> str:
    """A key of the clients that the gate waits for."""
    return key_of(sorted(each.client for each in judgements if each.verdict is Verdict.WAITING))


def _names(entries: Iterable[RosterEntry]) -> tuple[str, ...]:
    return tuple(sorted(entry.name for entry in entries)[:NAMES])
