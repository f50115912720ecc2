"""The report of a simulation as people read it."""

from datetime import timedelta

from cli.commands.simulate_report import show
from rotation.finding import warning
from rotation.values import PlanId, SiteId
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import START
from simulation.judged.record import Loss, RunRecord
from simulation.judged.report import PlayedPlan, report

PLAYED = PlayedPlan(
    id=PlanId("plan-1"),
    hash="ab" * 32,
    steps_sha256="cd" * 32,
    site_id=SiteId("vienna"),
    site="Vienna",
    clients_of_site=9000,
    played=5003,
    most=5000,
    vanished=3,
)


def run(seed, *names, since=START):
    """A run that lost those clients."""
    return RunRecord(
        seed=seed,
        outcome="completed",
        duration=timedelta(days=40),
        exposure=timedelta(hours=30),
        clients=5003,
        left_out=2,
        lost=tuple(
            Loss(client=name, group="My Company\\Sales", since=since, why="it does not verify", after="console.replace")
            for name in names
        ),
        violations=(),
        behaviour={"stale_sig_files": True},
        differs=(warning("steps-differ", "vienna", "A8 is longer"),),
    )


def test_the_worst_run_shows_names_reasons_and_its_command(capsys):
    """Who was lost, when and why; what was sampled, what differs from the approved plan; and how to see it again."""
    records = [run(4), run(5, "PC-7", "PC-8", since=START + timedelta(days=12, hours=3)), run(6, *map(str, range(14)))]
    show(report(PLAYED, Faults.UNKNOWN, records))
    printed = " ".join(capsys.readouterr().out.split())
    for text in (
        "Plan plan-1 of site Vienna",
        "A sample: 5,003 of its 9,000 clients",
        "Not played: 3 clients",
        "Not as approved (runs: 3): vienna: A8 is longer",
        "Clients lost by the rotation: 16",
        "Seed 6: completed, clients lost: 14",
        "and 4 more, which --json names",
        "PC-7 of My Company\\Sales, 12 d 3 h after the start: it does not verify",
        "rotator simulate --plan plan-1 --clients 5000 --faults unknown --seed 5",
        "left out by name",
        "SEPM did not behave as is most likely: stale_sig_files True",
    ):
        assert text in printed
    assert "Seed 4" not in printed


def test_a_loss_before_the_start_is_named(capsys):
    """Not with a date of the simulation."""
    show(report(PLAYED, Faults.NONE, [run(1, "PC-1", since=START - timedelta(days=1))]))
    assert "PC-1 of My Company\\Sales, before the start" in capsys.readouterr().out
