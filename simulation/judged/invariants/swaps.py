"""Invariants 2 and 3: what must be so before a certificate is replaced, and while the holdout runs."""

from collections.abc import Iterator
from datetime import timedelta

from emulator.clients.verdict import LostClient
from emulator.state.effects import Actor, EffectView
from rotation.plan.step import Console, Gate, Holdout, ScopeName
from rotation.plan.work.task import PutCertificateBack, ReplaceCertificate
from rotation.values import ServerName
from simulation.judged.exemptions import exempted
from simulation.judged.facts import Facts
from simulation.judged.invariants.violation import Violation, violation
from simulation.judged.unreported_acts import SWAPS, acted_just_before


def swaps_follow_their_gates(facts: Facts) -> Iterator[Violation]:
    """2. A certificate is replaced only after the gate of every group and location that needs it."""
    if facts.body is None:
        return
    passed: set[str] = set()
    for event in facts.trail:
        if event.kind == "gate-passed":
            passed.add(str(event.data["step"]))
        if event.kind != "task-opened":
            continue
        step = next((each for each in facts.body.steps if each.id == event.data["step"]), None)
        if isinstance(step, Console) and isinstance(step.work, ReplaceCertificate):
            for gate in set(step.holds) - passed:
                yield violation(swaps_follow_their_gates, step.work.server, f"replaced before gate {gate} had passed")


def swaps_leave_everybody_a_way(facts: Facts) -> Iterator[Violation]:
    """2. A certificate is replaced only when each client is really ready, by the emulator's truth and not by a reading.

    Ready: whichever server of its list it chooses first, it completes an exchange after the replacement, if it did
    so before. That luck saves it later, or that no server sees it fail, makes no difference.
    Not covered: clients left out by name or taken on trust; a client that no server has seen since it was installed,
    moved or put back to an image; and what others did within the last three quarters of an hour.
    """
    for swap, client in facts.cut_off:
        foretold = LostClient(
            id=client.id,
            name=client.name,
            group=client.group,
            build=client.build,
            since=swap.at,
            why="",
            first_failed=swap.at,
            first_why="",
            server=swap.subject[0],
            after=swap,
            others_did=False,
        )
        if client.seen and not acted_just_before(facts, swap.at) and exempted(foretold, facts) is None:
            text = f"it had no way left when {swap.subject[0]} was replaced at {swap.at}"
            yield violation(swaps_leave_everybody_a_way, client.name, text)


def holdouts_keep_the_old_certificate(facts: Facts) -> Iterator[Violation]:
    """3. While the holdout runs, the servers that it keeps serve what they served, unless an unasked act changes that.

    On the way back they keep the new certificate, for clients that took only new ones. Taking out an unasked one is no
    way back.
    """
    if facts.body is None:
        return
    back = {step.id for step in facts.body.way_back}
    ends = {
        str(event.data["step"]): event.at
        for event in facts.trail
        if event.kind == "gate-passed" and event.data["number"] == "B5"
    }
    for step in facts.body.steps:
        if not isinstance(step, Holdout):
            continue
        kind = "console.restore_certificate" if step.id in back else "console.replace_certificate"
        for swap in facts.by_the_product(kind):
            held = swap.subject[0] in step.servers and (step.id not in ends or swap.at < ends[step.id])
            if held and not (step.id in back and _takes_out_anothers(swap, facts)):
                yield violation(
                    holdouts_keep_the_old_certificate,
                    swap.subject[0],
                    f"replaced at {swap.at}, before the holdout ended",
                )


def _takes_out_anothers(swap: EffectView, facts: Facts) -> bool:
    """Whether the server served an unasked certificate."""
    before = [each for each in facts.journal if each.kind in SWAPS and each.subject[0] == swap.subject[0]]
    former = [each for each in before if each.number < swap.number]
    return bool(former) and not former[-1].actor.asked


def failover_pairs_keep_an_old_server(facts: Facts) -> Iterator[Violation]:
    """3. While the holdout runs, each list of a group that fails over offers a server with the old certificate.

    A server that the plan leaves alone has it all the while. Not covered: a recovery, which takes no certificate from
    any client.
    """
    if facts.plan is None or facts.plan.body.purpose == "recover":
        return
    body, lists = facts.plan.body, {each.name: each for each in facts.scenario.spec.server_lists}
    held = {server for step in body.steps if isinstance(step, Holdout) for server in step.servers}
    held |= {ServerName(each.name) for each in facts.scenario.spec.servers} - {
        each.server for each in body.certificates
    }
    for owner in body.owners(ScopeName.FAILOVER):
        for pair in owner.pairs:
            offered = {server for pool in lists[pair.server_list].priorities for server in pool}
            if not offered & held:
                subject = f"{owner.path} / {pair.location_name}"
                yield violation(failover_pairs_keep_an_old_server, subject, f"{pair.server_list!r} offers no holdout")


def gates_last_three_heartbeats(facts: Facts) -> Iterator[Violation]:
    """The vendor's wait: no gate is shorter than three heartbeats of the slowest pair that it waits for."""
    if facts.plan is None:
        return
    beats = {
        group.path: max(place.heartbeat for place in group.locations)
        for group in facts.scenario.spec.groups
        if group.locations
    }
    for step in facts.plan.body.steps:
        if not isinstance(step, Gate):
            continue
        least = 3 * max((beats[owner.path] for owner in facts.plan.body.owners(step.scope)), default=timedelta(0))
        if step.minimum < least:
            yield violation(gates_last_three_heartbeats, step.id, f"lasts {step.minimum} at least, not {least}")


def a_recovery_changes_nothing_else(facts: Facts) -> Iterator[Violation]:
    """2. A recovery puts certificates back that clients hold, and changes nothing else: it relaxes no group."""
    if facts.plan is None or facts.plan.body.purpose != "recover":
        return
    for effect in facts.journal:
        if effect.actor is Actor.PRODUCT:
            yield violation(a_recovery_changes_nothing_else, effect.kind, f"{effect.subject}, at {effect.at}")
    for task in facts.tasks:
        if not isinstance(task.work, PutCertificateBack):
            yield violation(a_recovery_changes_nothing_else, task.id, f"it asks for {task.work.kind}")
