"""The drill with a stopped server, played: what it asks for, every way out, and what goes wrong meanwhile (rule 18)."""

from datetime import timedelta

import pytest

from emulator.events.site_events import ServerDies, ServerRestarts
from emulator.spec import ROOT_GROUP, ClientSpec
from rotation.plan.request import Unproven
from rotation.plan.step import Gate, GatePurpose
from rotation.plan.work.stop_drill import StartServer, StopServer
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits
from simulation.drawn.scenario import START, Follows, Scenario, ScriptedMove, Since
from simulation.judged.invariants import check
from simulation.played.run import in_many_histories, play
from tests.simulation.drill_holes import kept_first, stuck
from tests.simulation.holes import DAY, HOUR, site, with_an_old_build

LIMITS = Limits(purge_after=None, holdout_minimum=2 * DAY, gate_patience=4 * DAY)


def scenario(spec=None, **fields):
    """A rotation of three servers with the drill, whose clients fail over; REST answers at the first one."""
    known = {"seed": 5, "spec": spec or site(3), "limits": LIMITS, "drill_stop": True, "unproven": Unproven.APPROVE}
    return Scenario.model_validate({**known, **fields})


def tasks(facts):
    """The tasks of the drill, in their order."""
    return [task for task in facts.tasks if isinstance(task.work, StopServer | StartServer)]


def works(facts):
    """What each of them is."""
    return [(task.work.kind, task.work.server) for task in tasks(facts)]


def once(*servers):
    """Each of these servers stopped and started."""
    return [(kind, server) for server in servers for kind in ("stop_server", "start_server")]


async def test_each_server_is_stopped_before_its_turn_but_the_one_of_rest():
    """For three heartbeats, and no person is called meanwhile."""
    facts = await play(scenario())
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    assert (works(facts), facts.shown) == (once("SEPM-2", "SEPM-3"), frozenset())
    assert facts.body is not None
    gates = [step.purpose for step in facts.body.steps if isinstance(step, Gate)]
    assert gates.count(GatePurpose.ELSEWHERE) == len(works(facts)) / 2
    stopped, started = tasks(facts)[:2]
    assert stopped.closed_at is not None
    assert 3 * HOUR <= started.opened_at - stopped.closed_at <= 4 * HOUR + timedelta(minutes=30)


async def test_it_goes_on_in_many_histories():
    """In every wait it goes on from its state alone, between two rounds too."""
    facts = await play(scenario(stuck(3, "SEPM-2")), in_many_histories)
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.ROLLED_BACK, (), ())
    assert works(facts)[:4] == once("SEPM-2") * 2


async def test_clients_that_are_off_meanwhile_are_not_waited_for():
    """Who was off before the server was stopped has shown nothing: the holdout waits for it, as for any other."""
    spec = site(3)
    late = ClientSpec(group=ROOT_GROUP, count=1, prefix="LATE", away=((20 * HOUR, 80 * HOUR),))
    facts = await play(scenario(spec.model_copy(update={"clients": (*spec.clients, late)})))
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    assert facts.shown & {"stranded", "gate-limit"} == frozenset()


async def test_groups_that_are_relaxed_are_no_part_of_it():
    """Where some groups cannot fail over, the others show that they do, and no client is lost."""
    facts = await play(scenario(with_an_old_build(), unproven=Unproven.APPROVE))
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    assert works(facts) == once("SEPM-2", "SEPM-3")


async def test_both_drills_in_one_plan():
    """Relaxed clients show their list, then those that fail over another server."""
    facts = await play(scenario(with_an_old_build(), drill_https=True))
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    kinds = [task.work.kind for task in facts.tasks if "https" in task.work.kind or "_server" in task.work.kind]
    assert kinds == ["shut_https", "open_https", "stop_server", "start_server"] * 2


@pytest.mark.parametrize(
    ("spec", "move", "end"),
    [(kept_first(), Move.CANCEL, Outcome.CANCELLED), (stuck(3, "SEPM-2"), Move.ROLL_BACK, Outcome.ROLLED_BACK)],
    ids=["cancel", "roll back"],
)
async def test_every_moment_of_a_way_back_leaves_the_server_running(spec, move, end):
    """Whenever a person turns back, all services run at the end and every setting is as recorded."""
    for hours in range(18, 50, 3):
        facts = await play(scenario(spec, acts=(ScriptedMove(after=hours * HOUR, move=move),)))
        assert (facts.outcome, facts.lost, check(facts), facts.after.halted) == (end, (), (), frozenset()), hours


async def test_a_server_that_dies_while_another_is_stopped_has_that_one_started_at_once():
    """It is reported, and two persons leave the drill out where the other one stays down."""
    dies = Follows(since=Since.SWAP, after=15 * HOUR, site_event=ServerDies(server="SEPM-3"))
    facts = await play(scenario(follows=(dies,)))
    assert facts.after.halted == frozenset()
    assert "others-silent" in facts.shown


async def test_a_server_that_never_comes_up_again_holds_nothing():
    """The operator who was to start it gives the task back, and a person goes on without it: back, as it is needed."""
    dies = Follows(since=Since.SWAP, after=15 * HOUR, site_event=ServerDies(server="SEPM-2"))
    facts = await play(scenario(follows=(dies,)))
    assert facts.outcome is not None
    assert facts.after.down == {"SEPM-2"}
    assert facts.lost == ()


async def test_a_restart_of_another_server_only_delays_it():
    """The stopped one is started at once, and the drill is made again."""
    restarts = Follows(
        since=Since.SWAP, after=15 * HOUR, site_event=ServerRestarts(server="SEPM-3", lasting=timedelta(hours=3))
    )
    facts = await play(scenario(follows=(restarts,)))
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())


async def test_without_it_nothing_is_stopped():
    """It is asked for, or no server carries the load of another."""
    facts = await play(scenario(drill_stop=False))
    assert (facts.outcome, works(facts)) == (Outcome.COMPLETED, [])


async def test_a_stopped_server_is_started_though_the_one_that_sepm_is_asked_through_is_down():
    """Of two servers one is stopped, and the other one goes down: no reading tells it, and clients have none."""
    plain = await play(scenario(site(2)))
    stopped = tasks(plain)[0].closed_at
    assert stopped is not None
    down = ServerRestarts(server="SEPM-1", lasting=3 * DAY)
    follows = Follows(since=Since.BEGIN, after=stopped + timedelta(minutes=40) - START, site_event=down)
    facts = await play(scenario(site(2), follows=(follows,)))
    asked = next(event.at for event in facts.trail if event.data.get("code") == "others-silent")
    started = next(task for task in tasks(facts) if task.work.kind == "start_server")
    assert asked <= stopped + 2 * HOUR
    assert started.opened_at == asked
    assert started.closed_at is not None
    assert started.closed_at < asked + DAY
    assert facts.outcome is Outcome.COMPLETED
