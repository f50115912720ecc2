"""The person at the console stops what hands out Sylink.xml, says what it was, and starts it again."""

from pydantic import TypeAdapter

from emulator.people.desk import SiteDesk
from emulator.people.operator_actions import perform
from emulator.people.tasks import Task
from emulator.scenarios import one_server
from emulator.simulation import Simulation
from emulator.spec import HandOutSpec
from simulation.drawn.scenario import START

SCRIPTS = (HandOutSpec(name="Script"), HandOutSpec(name="SEP", kind="package"), HandOutSpec(name="Rogue", known=False))


def task(kind, subject):
    """A task as the product's API gives it."""
    wire = {"id": "t", "site_name": "S", "state": "claimed", "kind": kind, "subject": subject}
    read: Task = TypeAdapter(Task).validate_python(wire)
    return read


async def test_it_says_what_it_has_stopped_and_starts_what_is_named():
    """Everything that it knows of is stopped, once; what a task names is started again, or everything."""
    spec = one_server(clients=2).model_copy(update={"hand_outs": SCRIPTS})
    simulation = Simulation(spec, START)
    desk = SiteDesk(simulation, lambda: START)
    for _ in range(2):
        evidence = await perform(desk, task("stop_hand_outs", {}), None)
        assert evidence == {"stopped": "gpo: Script; package: SEP"}
    named = task("start_hand_outs", {"stopped": [{"kind": "gpo", "name": "Script"}], "unstated": False})
    assert await perform(desk, named, None) == {"started": "Script"}
    assert [each.name for each in desk.hand_outs(stopped=True)] == ["SEP"]
    everything = await perform(desk, task("start_hand_outs", {"unstated": True}), None)
    assert everything == {"started": "everything that was stopped"}
    assert desk.hand_outs(stopped=True) == ()
    deeds = [each.subject[0] for each in simulation.effects.views() if each.kind.endswith("_hand_out")]
    assert deeds == ["Script", "SEP", "Script", "SEP"]


async def test_it_may_do_so_with_the_first_recovery_file():
    """Both are done, and both are evidence; with the file of another server nothing is stopped."""
    simulation = Simulation(one_server(clients=2).model_copy(update={"hand_outs": SCRIPTS}), START)
    desk, server = SiteDesk(simulation, lambda: START), simulation.spec.servers[0].name
    evidence = await perform(desk, task("save_recovery_file", {"server": server}), None)
    assert set(evidence) == {"filename", "sha256"}
    assert desk.hand_outs(stopped=True) == ()
    evidence = await perform(desk, task("save_recovery_file", {"server": server, "asks_hand_outs": True}), None)
    assert set(evidence) == {"filename", "sha256", "stopped"}
    assert evidence["stopped"] == "gpo: Script; package: SEP"
    assert [each.name for each in desk.hand_outs(stopped=True)] == ["Script", "SEP"]


async def test_where_nothing_hands_out_sylink_it_says_none():
    """What it does not know of, it cannot name."""
    simulation = Simulation(one_server(clients=2).model_copy(update={"hand_outs": SCRIPTS[2:]}), START)
    evidence = await perform(SiteDesk(simulation, lambda: START), task("stop_hand_outs", {}), None)
    assert evidence == {"stopped": "none"}
