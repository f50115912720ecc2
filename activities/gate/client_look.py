"""The builds of which an operator looks at one client before a replacement, and what the look shows (rule 10)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from contextlib import suppress
from dataclasses import replace
from typing import NamedTuple

from activities.gate.published_lists import ByGate, published_for, published_lists, took_policy
from activities.gate.signed_files import not_signed_by_new_keys
from engine.contract import ObserveTaskAnswer
from rotation.build import System, kind_of
from rotation.finding import Finding
from rotation.plan.scope import OwnerScope, Treatment
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName
from rotation.plan.work.client_look import CLIENTS, LookAtClients, looked_by
from rotation.plan.work.signed_files import dates_in
from rotation.plan.work.signed_together import left_to_compare
from rotation.plan.work.task import ConsoleTask, TaskState
from rotation.procedure.looking import unwritten_since
from rotation.proof.client_look import HeldList, builds_to_look_at, judge, lists_of, unread
from rotation.proof.list_lag import CandidateClient
from rotation.proof.verdict import ClientEvidence
from rotation.values import ClientId, Fingerprint, GroupId
from service.scope import StepScope
from service.world import World
from store.site.roster import RosterClient

NEEDLESS = "no group has clients of two builds whose list must be looked at now"


async def with_builds(
    world: World, scope: StepScope, work: LookAtClients, tasks: Sequence[ConsoleTask]
) -> LookAtClients | None:
    """The work with the builds of which a client is looked at, and the servers whose comparison was left to it.

    None where no group has two builds that were not looked at, and no comparison was left.

    Args:
        world: the parts of the process.
        scope: the step.
        work: its work.
        tasks: those of the rotation so far.
    """
    candidates, kinds = await _candidates(world, scope, work)
    before = _shown_before(scope, tasks, candidates) if work.relaxed else frozenset[str]()
    builds = tuple(build for build in builds_to_look_at(candidates, kinds) if build.label not in before)
    compares = left_to_compare(scope.plan.body.steps, scope.step, tasks) if work.verifying else ()
    return work.model_copy(update={"builds": builds, "compares": compares}) if builds or compares else None


async def looks_at_any(world: World, scope: StepScope, step: Console, tasks: Sequence[ConsoleTask]) -> bool:
    """Whether a look at clients that is to come would have any, by what is known now."""
    if not isinstance(step.work, LookAtClients):
        return False
    looking = await with_builds(world, replace(scope, step=step), step.work, tasks)
    return looking is not None and bool(looking.builds)


def _shown_before(scope: StepScope, tasks: Iterable[ConsoleTask], candidates: Sequence[CandidateClient]) -> set[str]:
    """The builds that were shown since clients were relaxed, and of which no client took its policy since then.

    That is before another server of the wave, or of an earlier one where clients stay relaxed from wave to wave.

    What is kept of a task is judged once more: it may have been given back by saying that it is done, and builds may
    have been left out. Those of clients that fail over hold something else after each server.
    """
    since = unwritten_since(scope.plan.body.steps, scope.step)
    before = set[str]()
    for task in tasks:
        if not isinstance(task.work, LookAtClients) or not task.work.relaxed or task.state is not TaskState.DONE:
            continue
        if task.step not in since or task.closed_at is None:
            continue
        with suppress(ValueError):
            looked = looked_by(task.attestation)
            shown = judge(task.work, looked, candidates, _lists(scope), now=task.closed_at).shown
            late = {each.label for each in candidates if each.taken_at is None or each.taken_at > task.opened_at}
            before |= shown.keys() & {each.label for each in candidates if each.relaxed} - late
    return before


def _lists(scope: StepScope) -> dict[GroupId, tuple[HeldList, ...]]:
    """The lists that clients of each owner may hold."""
    body = scope.plan.body
    return {owner.group_id: lists_of(body, scope.site, owner) for owner in body.scopes}


async def look_evidence(
    world: World, scope: StepScope, work: LookAtClients, evidence: Mapping[str, str], settled: Collection[str]
) -> ObserveTaskAnswer:
    """What an operator's evidence about clients, and about .SIG files beside them, shows; and what contradicts it.

    Each half is kept once it is right: an operator may give dates first, and clients when they are switched on.
    """
    stale = await not_signed_by_new_keys(world, scope, work, evidence)
    dates = {} if stale is not None else dates_in(evidence, work.compares)
    if CLIENTS not in evidence and {build.label for build in work.builds}.issubset(settled):
        return ObserveTaskAnswer(done=False, seen=_text(stale), contradicts=stale, dates=dates)
    try:
        looked = looked_by(evidence)
    except ValueError as error:
        finding = stale or unread(str(error))
        return ObserveTaskAnswer(done=False, seen=finding.message, contradicts=finding, dates=dates)
    judged = judge(
        work,
        looked,
        (await _candidates(world, scope, work)).candidates,
        _lists(scope),
        now=world.clock(),
        settled=settled,
    )
    against = judged.finding if judged.old else stale or judged.finding
    return ObserveTaskAnswer(
        done=False,
        seen=_text(against),
        contradicts=against,
        shown=judged.shown,
        counts_check_ins=True,
        lags=judged.lags if scope.plan.body.purpose == "rotate" else {},
        old_builds=judged.old,
        old_taken=judged.old_taken,
        dates=dates,
    )


def _text(finding: Finding | None) -> str:
    return finding.message if finding is not None else ""


async def clients_of_builds(world: World, scope: StepScope, builds: Collection[str]) -> list[ClientId]:
    """The clients of these builds whose policy was taken for their list, in groups of one build too."""
    if not isinstance(scope.step, Console) or not isinstance(scope.step.work, LookAtClients):
        raise TypeError(f"step {scope.step.id} looks at no clients")
    found = await _candidates(world, scope, scope.step.work)
    return [each.id for each in found.candidates if each.label in builds]


class _Found(NamedTuple):
    """Clients that may be looked at, and by owner the builds of all clients that it has."""

    candidates: list[CandidateClient]
    kinds: Mapping[GroupId, Collection[str]]


async def _candidates(world: World, scope: StepScope, work: LookAtClients) -> _Found:
    """The clients that gates before the step have proven by their policy, as the roster has them.

    Left out are clients that a holdout protects, clients that a person has left out, and machines that start from an
    image. The builds of the former two count: where they are away, the other build of their group is not the only one.
    """
    body = scope.plan.body
    before = [step for step in body.steps[: body.steps.index(scope.step)] if isinstance(step, Gate)]
    relaxed = [g for g in before if g.purpose is GatePurpose.RELAXED and g.scope is ScopeName.RELAXED][-1:]
    swapped = [gate for gate in before if gate.purpose is GatePurpose.SWAPPED]
    used = [*(relaxed if work.relaxed else ()), *(swapped if work.failover or work.verifying else ())]
    store, rotation_id = world.store, scope.ref.rotation_id
    evidence = {gate.id: await store.coverage.evidence(rotation_id, gate.id) for gate in used}
    if not evidence:
        return _Found([], {})
    published = await published_lists(world, scope, used)
    left_out = await store.roster.left_out(rotation_id)
    owner_of = {group: owner for owner in body.scopes for group in owner.groups}
    found, kinds = list[CandidateClient](), defaultdict[GroupId, set[str]](set)
    for client in await store.roster.entries(scope.site.id):
        owner = owner_of.get(client.group_id)
        if owner is None or client.observed is None or client.non_persistent:
            continue
        kinds[owner.group_id].add(_kind(client))
        if client.id in left_out:
            continue
        gates = swapped if work.verifying or owner.treatment is Treatment.FAILOVER else relaxed
        proven = [
            (gate, known)
            for gate in gates
            if _asks(work, owner) and (known := evidence.get(gate.id, {}).get(client.id)) is not None and known.covered
        ]
        if proven:
            found.append(_candidate(scope, client, owner, proven, published))
    return _Found(found, kinds)


def _asks(work: LookAtClients, owner: OwnerScope) -> bool:
    """Whether the work is about clients of the owner."""
    if owner.treatment is Treatment.FAILOVER:
        return work.failover
    pairs = owner.pairs
    return any(pair.needs_list if work.relaxed else work.verifying and pair.needs_unverified for pair in pairs)


def _candidate(
    scope: StepScope,
    client: RosterClient,
    owner: OwnerScope,
    proven: Iterable[tuple[Gate, ClientEvidence]],
    published: ByGate,
) -> CandidateClient:
    proven = list(proven)
    gate, known = proven[-1]
    latest = published_for(owner, gate, published)
    moments = [at for _, known in proven if (at := known.serial_seen or known.contact_seen) is not None]
    return CandidateClient(
        id=client.id,
        name=client.name,
        build=_kind(client),
        owner=owner.group_id,
        path=owner.path,
        relaxed=owner.treatment is Treatment.RELAX,
        taken_at=max(moments, default=None),
        took_policy=took_policy(known, latest),
        certificates=frozenset(_certificates(scope, (gate for gate, _ in proven))),
        check_in=owner.slowest_heartbeat + owner.jitter,
        published=latest.since if latest is not None else None,
    )


def _kind(client: RosterClient) -> str:
    known = client.observed
    return kind_of(known.build, known.system) if known is not None else kind_of(None, System.UNKNOWN)


def _certificates(scope: StepScope, gates: Iterable[Gate]) -> Iterable[Fingerprint]:
    for gate in gates:
        chosen = scope.plan.body.certificate_for(gate.server) if gate.server is not None else None
        if chosen is not None:
            yield chosen.fingerprint
