"""Disaster recovery: whether a certificate is back, and which clients check in again."""

from datetime import timedelta

from activities.gate.full_reading import read_and_store
from activities.gate.reading_counts import in_numbers
from activities.gate.statements import by_export
from engine.contract import GateRequest, ObserveTaskAnswer
from rotation.finding import blocking
from rotation.plan.work.task import PutCertificateBack
from rotation.proof.verdict import RosterEntry, tally
from rotation.recovery.returned_clients import PutBack, judge_returned, shown_at, works
from rotation.running.wait import GateReading
from service.scope import StepScope
from service.world import World

_SECOND = timedelta(seconds=1)


async def put_back_evidence(world: World, scope: StepScope, work: PutCertificateBack) -> ObserveTaskAnswer:
    """Whether the server presents the certificate that clients hold again. SEPM's clock is noted when it does."""
    server = scope.site.server(work.server)
    if server is None:
        raise LookupError(f"site {scope.site.name} has no server {work.server}")
    seen = await world.probe.probe(server)
    if seen.fingerprint == work.fingerprint_sha256:
        async with await world.sepm(scope.site) as client:
            # rounded up: clocks are known to the second, and a check-in before must not count
            clock = await client.clock() + _SECOND
        await world.store.swaps.seen(
            scope.ref.rotation_id, work.server, work.fingerprint_sha256, first_seen=clock, seen_at=seen.observed_at
        )
        await world.store.contacts.settle(scope.site.id, world.clock())
        return ObserveTaskAnswer(done=True, seen=f"{work.server} presents it again", fingerprint=seen.fingerprint)
    if work.not_after is not None and world.clock() >= work.not_after:
        ended = blocking(
            "recovery-certificate-expired",
            work.server,
            f"the certificate ended on {work.not_after:%Y-%m-%d}: do not put it back",
            "give the task back and cancel; replace the certificate by a rotation",
        )
        return ObserveTaskAnswer(done=False, seen=ended.message, wrong=ended, fingerprint=seen.fingerprint)
    if seen.fingerprint is None:
        return ObserveTaskAnswer(done=False, seen=f"{work.server} presents nothing: {seen.error or 'no answer'}")
    if seen.fingerprint == work.damaged:
        return ObserveTaskAnswer(
            done=False, seen=f"{work.server} still presents what is to go", fingerprint=work.damaged
        )
    text = f"{work.server} presents {seen.fingerprint[:16]}..., which is not what clients hold"
    other = blocking(
        "recovery-other-certificate",
        work.server,
        text,
        f"put {work.fingerprint_sha256[:16]}... back, from {work.recovery_file}",
    )
    return ObserveTaskAnswer(done=False, seen=text, wrong=other, fingerprint=seen.fingerprint)


async def read_returned(world: World, scope: StepScope, request: GateRequest) -> GateReading:
    """One full reading of the gate after a recovery (rule 2), its verdicts stored: the clients that check in again."""
    store, ref, body = world.store, request.ref, scope.plan.body
    asked_at = world.clock()
    await store.coverage.begin_reading(ref.rotation_id, ref.step, asked_at)
    latest, clock, survey = await read_and_store(world, scope.site, asked_at)
    recovered = works(body)
    swaps = {(swap.server, swap.target): swap.first_seen for swap in await store.swaps.of(ref.rotation_id)}
    since = max((swaps.get((work.server, work.fingerprint_sha256)) or clock for work in recovered), default=clock)
    served = min((work.last_served for work in recovered if work.last_served is not None), default=scope.plan.made_at)
    back = PutBack(
        since=since + (survey.skew if survey is not None else timedelta(0)),
        quiet_before=served - scope.site.limits.away_limit,
    )
    left_out = await store.roster.left_out(ref.rotation_id)
    entries = [
        RosterEntry(
            id=each.id,
            name=each.name,
            group_id=each.group_id,
            owner=each.group_id,
            observed=each.observed,
            non_persistent=each.non_persistent,
            left_out=each.id in left_out,
        )
        for each in await store.roster.entries(ref.site_id, None, latest=latest)
    ]
    judgements = judge_returned(entries, back, await store.coverage.evidence(ref.rotation_id, ref.step))
    await store.coverage.save(ref.rotation_id, ref.step, list(judgements), asked_at)
    counted = tally(judgements)
    known_at = request.shown
    if scope.site.at_console is not None and len(scope.site.servers) == 1 and counted.covered:
        known_at = (scope.site.servers[0].name,)  # the only server: clients stated to check in do so there
    shown, unshown = shown_at(entries, back, recovered, known_at)
    numbers = in_numbers(asked_at, entries, judgements, reached=counted.reached and not unshown)
    reading = numbers.model_copy(update={"shown": shown, "unshown": unshown})
    return await by_export(world, scope, request, reading, entries)
