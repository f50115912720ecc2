"""Reading a gate: every client of the site, in full, judged and stored; only counts go back."""

from collections.abc import Iterable, Mapping
from datetime import datetime

from temporalio import activity

from activities.failures import as_activity_failures
from activities.gate.client_look import clients_of_builds
from activities.gate.full_reading import every_client
from activities.gate.moved_policies import taken
from activities.gate.outage import answering, with_outage
from activities.gate.reading_counts import NAMES, in_numbers
from activities.gate.recovering import read_returned
from activities.gate.signed import signatures
from activities.gate.statements import by_export
from activities.look.looking import SiteLooks
from engine.contract import ActivityName, GateAnswer, GateRequest, LeaveOutRequest, LeftOutAnswer
from rotation.drift.judged_drift import NamedDrift, summarized
from rotation.finding import some
from rotation.key import key_of
from rotation.network import UNKNOWN
from rotation.plan.plan import PlanBody
from rotation.plan.step import Gate, GatePurpose, Holdout, ScopeName
from rotation.proof.gate import Reference, follow, moved_after_swap
from rotation.proof.membership import followers
from rotation.proof.outage import OutageSeen, missing
from rotation.proof.reading import (
    Seen,
    evidence_key,
    gate_server,
    gates_of_others,
    is_reached,
    judge_all,
    reached_no_client,
    rules,
    still_standing,
)
from rotation.proof.silence import fallen_silent, silenced, silent_canaries
from rotation.proof.silence_threshold import unusually_many
from rotation.proof.verdict import ClientEvidence, Judgement, RosterEntry, Verdict, tally
from rotation.running.wait import GateReading
from rotation.survey import SiteSurvey
from rotation.values import ClientId, GroupId, RotationId, ServerName
from sepm.port import Sepm
from service.long_computations import in_turns
from service.scope import StepScope, scope_of
from service.world import World
from store.database.page import PageRequest
from store.rotation.coverage import CoveragePoint
from store.rotation.swaps import SwapRecord
from store.site.roster import LatestReading


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
        step = _gate(scope)
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
                seen = await self._seen(client, scope, request, clock, survey)
        seen = await with_outage(world, scope, seen, request, clock, before=before)
        by_owner = rules(step, seen)
        signed = await signatures(scope, step, by_owner)
        latest = await world.store.roster.update(scope.site.id, asked_at, None, clients)
        entries = await self._entries(scope, step, seen, latest)
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
        as_of = survey.clients_as_of if survey is not None else clock
        heard_until = min(clock, as_of) if scope.site.at_console else clock
        silent = silenced(scoped, judgements, by_owner, heard_until)
        unusual = unusually_many(silent, scoped, by_owner, heard_until)
        unusual_ids = {entry.id for entry in unusual}
        quiet = fallen_silent(scoped, judgements, by_owner, heard_until) if request.verified_by else []
        reading = _reading(step, asked_at, entries, judgements, unusual)
        groups = _groups(scope.plan.body, entries, judgements) if reading.waiting else ()
        reached_none = await self._reached_none(scope, step, seen, clock)
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
            "reached_none": reached_none,
            "waiting_groups": groups,
            "waiting_key": _key(judgements),
            "quiet": len(quiet),
            "quiet_names": _names(quiet),
            "switched_off": _names(entry for entry in silent if entry.id not in unusual_ids),
            "silent_canaries": _names(silent_canaries(scoped, judgements, by_owner, heard_until)),
        }
        return reading.model_copy(update=update)

    async def _reached_none(self, scope: StepScope, step: Gate | Holdout, seen: Seen, clock: datetime) -> bool:
        """Whether a certificate that was put in and taken out again has reached no client (rule 15)."""
        if not isinstance(step, Gate) or not step.passes_unanswered or step.server is None:
            return False
        store, chosen = self._world.store, scope.plan.body.certificate_for(step.server)
        forth = await store.swaps.get(scope.ref.rotation_id, step.server, chosen.replaces) if chosen else None
        clients = [client.observed for client in await store.roster.entries(scope.site.id, None)]
        return reached_no_client(clients, since=forth.former_seen if forth else None, seen=seen, clock=clock)

    async def _seen(
        self,
        client: Sepm,
        scope: StepScope,
        request: GateRequest,
        clock: datetime,
        survey: SiteSurvey | None,
    ) -> Seen:
        store, ref, body, step = self._world.store, request.ref, scope.plan.body, _gate(scope)
        export = await store.console.newest_export(scope.site.id) if scope.site.at_console is not None else None
        as_of = export.taken_at if export is not None else None
        seen = Seen(site=scope.site, body=body, swapped=request.swapped, references={}, as_of=as_of)
        server = gate_server(step, seen)
        skew = survey.skew if survey is not None else seen.skew
        key = evidence_key(body, step)
        if (isinstance(step, Gate) and step.purpose is not GatePurpose.SWAPPED) or server is None:
            known = await self._followed(request, key)
            earlier = {each.owner: frozenset({each.fixed, *each.followed} - {None, each.newest}) for each in known}
            first = {each.owner: each.first_written_at for each in known if each.first_written_at is not None}
            update = {"references": _newest(known), "earlier": earlier, "changed_from": first, "skew": skew}
            return seen.model_copy(update=update)
        swap = await self._swap_seen(scope, server, clock)
        swap_seen = swap.first_seen or clock
        dates = await client.policy_dates([owner.group_id for owner in body.scopes])
        moves = (moved_after_swap(owner, date, swap_seen=swap_seen, skew=skew) for owner, date in dates.items())
        await self._note_moves(ref.rotation_id, key, moves)
        moved = await store.references.of_gate(ref.rotation_id, key)
        published = dates if scope.site.at_console is None else {}
        update = {"references": _newest(moved.values()), "published": published, "swap_seen": swap_seen, "skew": skew}
        return seen.model_copy(update={**update, "former_seen": swap.former_seen})

    async def _followed(self, request: GateRequest, key: str) -> list[Reference]:
        """The references of a gate; where a survey has just verified the settings, with the policies it saw."""
        store, rotation_id = self._world.store, request.ref.rotation_id
        known = list((await store.references.of_gate(rotation_id, key)).values())
        if not request.verified_by:
            return known
        survey = await store.surveys.get(request.verified_by)
        groups = ((reference, survey.group(reference.owner)) for reference in known)
        followed = [follow(reference, group.policy_date) for reference, group in groups if group is not None]
        return list((await store.references.save_all(rotation_id, key, followed)).values())

    async def _note_moves(self, rotation_id: RotationId, key: str, moved: Iterable[Reference | None]) -> None:
        """Rule 11 (a): a policy date that moved after the swap was seen is a proof of its own, once and for all."""
        references = self._world.store.references
        known = await references.of_gate(rotation_id, key)
        if new := [each for each in moved if each is not None and each.owner not in known]:
            await references.save_all(rotation_id, key, new)

    async def _swap_seen(self, scope: StepScope, server: ServerName, clock: datetime) -> SwapRecord:
        """When the new certificate was first seen, and the former one last; now, where a restore never saw the swap."""
        chosen = scope.plan.body.certificate_for(server)
        if chosen is None:
            raise LookupError(f"the plan has no certificate for {server}")
        return await self._world.store.swaps.seen(
            scope.ref.rotation_id, server, chosen.fingerprint, first_seen=clock, seen_at=self._world.clock()
        )

    async def _entries(
        self, scope: StepScope, step: Gate | Holdout, seen: Seen, latest: LatestReading
    ) -> list[RosterEntry]:
        """The denominator: every client ever seen, by the owner of the group that it is in now.

        Groups born since count with the planned owner that they follow. Other groups born since hold no gate; before a
        certificate is replaced, a person is asked about their clients (rotation/drift/drift.py), unless the remaining
        steps are planned again.
        """
        store, rotation_id = self._world.store, scope.ref.rotation_id
        body = scope.plan.body
        clients = await store.roster.entries(scope.site.id, None, latest=latest)
        owner_of = {group: owner.group_id for owner in body.scopes for group in owner.groups}
        if any(client.group_id not in owner_of for client in clients):
            owner_of |= await self._born(scope)
        left_out = await store.roster.left_out(rotation_id)
        relaxed = await store.coverage.covered(rotation_id, _relaxed_gates(body, step))
        others = {owner.group_id: gates_of_others(step, owner, seen) for owner in body.owners(ScopeName.FAILOVER)}
        passed = {gates: await store.coverage.covered(rotation_id, gates) for gates in set(others.values())}
        drill = isinstance(step, Gate) and step.is_drill
        seen_at = await store.roster.servers_seen(scope.site.id) if drill else {}
        alone = {client.name for client in clients if client.observed is not None}
        return [
            RosterEntry(
                id=client.id,
                name=client.name,
                group_id=client.group_id,
                owner=owner_of[client.group_id],
                observed=client.observed,
                non_persistent=client.non_persistent,
                left_out=client.id in left_out,
                relaxed=client.id in relaxed,
                seen_at=seen_at.get(client.id, frozenset()),
                knows_another=owner_of[client.group_id] in others
                and client.id in passed[others[owner_of[client.group_id]]],
                last_known=client.last_known,
                longest_silence=client.longest_silence,
                # a machine that has a record of its own by now is counted there
                twin=None if client.twin is not None and client.twin.name in alone else client.twin,
                network=UNKNOWN if client.observed is None else client.observed.network,
            )
            for client in clients
            if client.group_id in owner_of
        ]

    async def _born(self, scope: StepScope) -> dict[GroupId, GroupId]:
        """The groups born since that follow a planned owner, each with that owner."""
        with as_activity_failures():
            async with await self._world.sepm(scope.site) as client:
                groups = await client.groups()
        return {group: owner.group_id for group, owner in followers(scope.plan.body, groups).items()}

    @activity.defn(name=ActivityName.LEAVE_OUT)
    async def leave_out(self, request: LeaveOutRequest) -> LeftOutAnswer:
        """Leave out by name, as two persons ask, the clients that hold the gate now, or of groups or builds (rule 1).

        The groups are those born since that both persons were shown; what was found with them is accepted, too.
        """
        store, ref = self._world.store, request.ref
        who = f"{request.asked_by}, approved by {request.approved_by}"
        accepted: tuple[NamedDrift, ...] = ()
        if request.found is not None:
            found = await store.found.get(ref.rotation_id, request.found)
            born = [each.born for each in found if each.born is not None and each.named.may_stay]
            names = [client.id for client in await store.roster.entries(ref.site_id, born)]
            await store.found.accept(ref.rotation_id, request.found, who)
            accepted = summarized(each.named for each in found if each.named.may_stay)
        elif request.builds:
            names = await clients_of_builds(self._world, await scope_of(self._world, ref), request.builds)
        else:
            names = await self._holding(await scope_of(self._world, ref))
        await store.roster.leave_out(ref.rotation_id, names, who, request.why, self._world.clock())
        return LeftOutAnswer(count=len(names), accepted=accepted)

    async def _holding(self, scope: StepScope) -> list[ClientId]:
        """Every client that holds the gate, as it was last read."""
        key = evidence_key(scope.plan.body, _gate(scope))
        names: list[ClientId] = []
        cursor: str | None = None
        while True:
            page = await self._world.store.coverage.verdicts(
                scope.ref.rotation_id, key, verdict=Verdict.WAITING, asked=PageRequest(500, cursor)
            )
            names.extend(verdict.client for verdict in page.items)
            cursor = page.cursor
            if cursor is None:
                return names


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


def _gate(scope: StepScope) -> Gate | Holdout:
    if not isinstance(scope.step, Gate | Holdout):
        raise TypeError(f"step {scope.step.id} is no gate")
    return scope.step


def _newest(references: Iterable[Reference]) -> dict[GroupId, datetime]:
    return {reference.owner: reference.newest for reference in references if reference.newest is not None}


def _relaxed_gates(body: PlanBody, step: Gate | Holdout) -> list[str]:
    """The A8 gate of this step's wave, or the last one before it where groups stay relaxed."""
    index = body.steps.index(step)
    before = [s.id for s in body.steps[:index] if isinstance(s, Gate) and s.purpose is GatePurpose.RELAXED]
    return before[-1:]


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
    silent: list[RosterEntry],
) -> GateReading:
    swapped = not isinstance(step, Gate) or step.purpose is GatePurpose.SWAPPED
    return in_numbers(taken_at, entries, judgements, reached=is_reached(step, tally(judgements))).model_copy(
        update={
            "silent_after_swap": len(silent) if swapped else 0,
            "silent_after_write": 0 if swapped else len(silent),
            "silent_names": _names(silent),
        }
    )


def _key(judgements: Iterable[Judgement]) -> str:
    """A key of the clients that the gate waits for."""
    return key_of(sorted(each.client for each in judgements if each.verdict is Verdict.WAITING))


def _names(entries: Iterable[RosterEntry]) -> tuple[str, ...]:
    return tuple(sorted(entry.name for entry in entries)[:NAMES])
