"""The drill with HTTPS shut, played: what it asks for, every way out, and what goes wrong meanwhile (rule 18)."""

from datetime import timedelta

from emulator.events.site_events import ServerDies
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec
from rotation.plan.request import Unproven
from rotation.plan.step import Gate
from rotation.plan.work.client_look import LookAtClients
from rotation.plan.work.https_drill import OpenHttps, ShutHttps
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits
from simulation.drawn.scenario import Follows, Scenario, ScriptedMove, Since
from simulation.judged.invariants import check
from simulation.played.run import in_many_histories, play
from tests.simulation.holes import DAY, HOUR, of_two_kinds, site

LIMITS = Limits(purge_after=None, holdout_minimum=2 * DAY, gate_patience=4 * DAY)
OTHERS = f"{ROOT_GROUP}\\Others"


def scenario(spec=None, **fields):
    """A rotation with the drill; of one server where no site is given."""
    known = {"seed": 5, "spec": spec or site(), "limits": LIMITS, "drill_https": True, "unproven": Unproven.RELAX}
    return Scenario.model_validate({**known, **fields})


def mixed():
    """Three servers; clients of one group fail over, those of another one cannot."""
    spec = site(3, 12)
    group = GroupSpec(path=OTHERS, locations=spec.groups[0].locations)
    stuck = ClientSpec(group=OTHERS, count=4, prefix="STUCK", build="14.2.1031.0100")
    return spec.model_copy(update={"groups": (*spec.groups, group), "clients": (*spec.clients, stuck)})


def kinds(facts):
    """The tasks of the drill and the looks at clients, in their order."""
    works = (task.work for task in facts.tasks)
    return [work.kind for work in works if isinstance(work, ShutHttps | OpenHttps | LookAtClients)]


async def test_each_client_shows_its_list_in_one_drill():
    """The ports are shut once, and opened right after three heartbeats; no person looks at a client."""
    facts = await play(scenario())
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    assert facts.body is not None
    gates = [step.purpose for step in facts.body.steps if isinstance(step, Gate)]
    assert gates[:2] == ["relaxed", "listed"]
    assert (kinds(facts), facts.shown) == (["shut_https", "open_https"], frozenset())
    shut, opened = (task for task in facts.tasks if "https" in task.work.kind)
    assert shut.closed_at is not None
    assert 3 * HOUR <= opened.opened_at - shut.closed_at <= 4 * HOUR + timedelta(minutes=30)


async def test_it_goes_on_in_many_histories():
    """In every wait it goes on from its state alone, between two rounds too."""
    facts = await play(scenario(of_two_kinds(1, 2 * DAY)), in_many_histories)
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    assert kinds(facts)[:4] == ["shut_https", "open_https"] * 2


async def test_clients_that_are_off_meanwhile_are_waited_for():
    """Who was off before the ports were shut has shown nothing, and no person is asked about it before the limit."""
    spec = site()
    late = ClientSpec(group=ROOT_GROUP, count=1, prefix="LATE", away=((40 * HOUR, 80 * HOUR),))
    facts = await play(scenario(spec.model_copy(update={"clients": (*spec.clients, late)})))
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())


async def test_clients_that_fail_over_raise_no_attention():
    """Where some groups fail over they come back before the next certificate, and the looks tell of no dead server."""
    facts = await play(scenario(mixed(), unproven=Unproven.APPROVE))
    assert (facts.outcome, facts.lost, check(facts)) == (Outcome.COMPLETED, (), ())
    assert not facts.shown & {"drift", "silent-after-swap", "silent-after-write"}
    assert kinds(facts).count("shut_https") == kinds(facts).count("open_https") > 0


async def test_every_moment_of_a_cancel_leaves_the_ports_open():
    """Whenever it is cancelled, the ports are open at the end and every setting is as recorded."""
    for hours in (*range(30, 46, 3), 60, 90):
        act = ScriptedMove(after=hours * HOUR, move=Move.CANCEL)
        facts = await play(scenario(of_two_kinds(1, None), acts=(act,)))
        assert (facts.outcome, facts.lost, check(facts)) == (Outcome.CANCELLED, (), ()), hours


async def test_a_server_that_dies_meanwhile_holds_no_cancel():
    """Its HTTP port is silent too, so no firewall explains it; the cancel comes to its end without it."""
    spec = site(2, 8)
    dies = Follows(since=Since.BEGIN, after=46 * HOUR, site_event=ServerDies(server="SEPM-2"))
    facts = await play(scenario(spec, follows=(dies,), acts=(ScriptedMove(after=10 * DAY, move=Move.CANCEL),)))
    assert (facts.outcome, facts.after.shut) == (Outcome.CANCELLED, frozenset())
    assert not [each for each in check(facts) if each.invariant != "certificates_end_as_planned"]


async def test_without_it_nothing_is_shut():
    """Where it is not asked for, no client is silenced."""
    facts = await play(scenario(one_server(clients=4, heartbeat=HOUR), drill_https=False))
    assert (facts.outcome, kinds(facts)) == (Outcome.COMPLETED, [])
