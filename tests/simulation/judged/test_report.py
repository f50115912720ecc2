"""Reports of many simulated rotations."""

from dataclasses import replace
from datetime import timedelta

from emulator.clients.verdict import LostClient
from emulator.state.effects import Actor, EffectView
from simulation.drawn.faults import Faults
from simulation.drawn.synthetic import Size, of_size
from simulation.judged.record import record
from simulation.judged.report import report


def with_lost(facts, number, *, asked):
    """The facts with so many clients lost."""
    actor = Actor.TASK if asked else Actor.PERSON
    after = EffectView(number=0, at=facts.ended, kind="console.replace_certificate", subject=("SEPM-1",), actor=actor)
    lost = tuple(
        LostClient(
            id=f"id-{each}",
            name=f"PC-{each}",
            group="My Company",
            build="14.3",
            since=facts.ended,
            why="it does not verify",
            first_failed=facts.ended,
            first_why="it does not verify",
            server="SEPM-1",
            after=after,
            others_did=not asked,
        )
        for each in range(number)
    )
    return replace(facts, lost=lost)


def test_a_report_spreads_what_occurred_and_names_the_worst(played):
    """Least, median and most are runs that were played; the worst come first, with who was lost and why."""
    records = [record(with_lost(played, number, asked=True)) for number in (0, 0, 3)]
    reported = report(Size(), Faults.NONE, records)
    assert (reported.lost.least, reported.lost.median, reported.lost.most) == (0, 0, 3)
    assert reported.lost_by_the_rotation == 3
    assert [each.client for each in reported.worst[0].lost] == ["PC-0", "PC-1", "PC-2"]
    assert reported.worst[0].violations
    assert reported.outcomes == {"completed": 3}


def test_what_others_did_is_kept_apart(played):
    """A client that another person cut off is lost, with the reason, and not by the rotation."""
    reported = report(Size(), Faults.NONE, [record(with_lost(played, 1, asked=False))])
    assert (reported.lost.most, reported.lost_by_the_rotation) == (1, 0)
    assert "no person asked" in reported.worst[0].lost[0].exemption


def test_a_synthetic_site_has_the_size_that_was_asked_for():
    """Clients, groups, servers and holdout; with unknown behaviour its switches are drawn."""
    size = Size(clients=70, groups=7, servers=2, holdout=timedelta(days=40))
    scenario = of_size(size, 3, Faults.NONE)
    assert sum(batch.count for batch in scenario.spec.clients) == 70
    assert (len(scenario.spec.groups), len(scenario.spec.servers)) == (7, 2)
    assert scenario.limits.holdout_minimum == timedelta(days=40)
    assert of_size(size, 3, Faults.UNKNOWN).spec.switches != scenario.spec.switches
