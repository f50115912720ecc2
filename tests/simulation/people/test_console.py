"""Sites of 12.x without REST, rotated from list A's step A6 on: by exports, by statements, with mistakes."""

from datetime import timedelta

import pytest

from emulator.events.site_events import PolicyEdited, Scheduled
from emulator.people.export import Encoding, ExportForm
from emulator.spec import (
    DEFAULT_LIST,
    ROOT_GROUP,
    ClientSpec,
    GroupSpec,
    ListSpec,
    LocationSpec,
    Protocol,
    RobotSpec,
    ServerSpec,
    SiteSpec,
)
from emulator.state.slips import Mistake, Slip
from engine.contract import EventKind
from rotation.running.state import Outcome
from rotation.site import Limits
from service.plans.surveyed import surveyed_plan
from simulation.drawn.faults import Faults
from simulation.drawn.of_plan import of_plan
from simulation.drawn.scenario import START, OfflinePeople, Proof, Scenario, WorkPace
from simulation.judged.invariants import check
from simulation.played.run import play
from simulation.played.stage import Stage

HOUR = timedelta(hours=1)
OLD = "12.1.7004.6500"
SALES, LABS = f"{ROOT_GROUP}\\Sales", f"{ROOT_GROUP}\\Labs"
PROMPT = WorkPace(first=timedelta(minutes=5), last=timedelta(minutes=30))


def site(clients=3, protocol=Protocol.HTTP, slips=()):
    """A site of one server; some of its clients are away when it begins."""
    location = LocationSpec(heartbeat=HOUR, randomization=HOUR / 10)
    office = location.model_copy(update={"name": "Office"})
    return SiteSpec(
        name="Old",
        sepm_version=OLD,
        rest=False,
        servers=(ServerSpec(name="SEPM-1"),),
        server_lists=(ListSpec(name=DEFAULT_LIST, protocol=protocol, priorities=(("SEPM-1",),)),),
        groups=(
            GroupSpec(path=ROOT_GROUP, locations=(location,)),
            GroupSpec(path=SALES, inherits=True),
            GroupSpec(path=LABS, locations=(location, office)),
        ),
        clients=(
            ClientSpec(group=ROOT_GROUP, count=clients, build=OLD),
            ClientSpec(group=SALES, count=clients, prefix="S", build=OLD),
            ClientSpec(group=LABS, count=clients, prefix="L", build=OLD, location="Office"),
            ClientSpec(group=LABS, count=1, prefix="AWAY", build=OLD, away=((-HOUR, 30 * HOUR),)),
        ),
        robot=RobotSpec(slips=slips),
    )


def scenario(at_console, spec=None, **more):
    """Its rotation, with people who are there soon."""
    return Scenario(
        seed=1, spec=spec or site(), at_console=at_console, limits=Limits(purge_after=None), pace=PROMPT, **more
    )


def kept(facts):
    """No client was lost, nothing of the promise was broken, and it ran to its end."""
    assert facts.unfinished == ""
    assert facts.state.outcome is Outcome.COMPLETED
    assert facts.lost == ()
    assert check(facts) == ()


def planned(facts):
    """The plan that was made."""
    assert facts.plan is not None
    return facts.plan


def messages(facts, kind):
    """The messages of one kind of events."""
    return [event.message for event in facts.trail if event.kind == kind]


async def test_some_hundred_clients_are_rotated_by_exports():
    """List A from A6 on: no list changes, each gate ends on an export after its minimum, and no client is lost."""
    facts = await play(scenario(OfflinePeople(), site(clients=70)))
    kept(facts)
    assert facts.clients == 211
    numbers = [step.number for step in planned(facts).body.steps]
    assert [each for each in numbers if each[0] == "A"] == [
        *("A6-A7", "A8", "A6-A7", "A8"),
        *("A9", "A10b", "A10c", "A10c", "A10c", "A10c"),
    ]
    rests_on = {finding.code for finding in planned(facts).findings}
    assert {"console-from-a6", "console-proof-drift", "console-proof-serial-copied"} <= rests_on
    settings = [task for task in facts.tasks if task.work.kind == "set_secure_communications"]
    assert {task.evidence.value for task in settings} == {"attested"}
    assert all({"serials_before", "serials"} <= task.attestation.keys() for task in settings)


async def test_statements_of_two_persons_end_gates_too():
    """Without any export since the plan: one person states what the console shows, and a second person approves it."""
    facts = await play(scenario(OfflinePeople(proof=Proof.STATEMENTS), site(clients=2)))
    kept(facts)
    covered = [message for message in messages(facts, EventKind.MESSAGE) if "are covered by ann and eve" in message]
    gates = [message for message in messages(facts, EventKind.GATE_PASSED) if "covered" in message]
    assert len(covered) >= len(gates)


async def test_machines_of_images_are_named_and_their_images_refreshed():
    """The document names them, since no export does. One that sleeps meanwhile starts from a new image, and stays."""
    spec = site(clients=1)
    machines = ClientSpec(
        group=LABS, count=2, prefix="VDI", build=OLD, location="Office", npvdi=True, away=((20 * HOUR, 400 * HOUR),)
    )
    facts = await play(scenario(OfflinePeople(), spec.model_copy(update={"clients": (*spec.clients, machines)})))
    kept(facts)
    (images,) = [each for each in planned(facts).findings if each.code == "console-proof-images"]
    assert images.message.startswith("the document names 2 clients that start from golden images")
    assert any(effect.kind == "console.refresh_golden_images" for effect in facts.journal)


async def test_an_export_without_servers_shows_no_failover():
    """Of two servers nothing tells at which a client was: the plan says so, and not where the column is exported."""
    servers = (ServerSpec(name="SEPM-1"), ServerSpec(name="SEPM-2"))
    lists = (ListSpec(name=DEFAULT_LIST, protocol=Protocol.HTTP, priorities=(("SEPM-1",), ("SEPM-2",))),)
    spec = site().model_copy(update={"servers": servers, "server_lists": lists})
    for exported in (True, False):
        async with Stage(scenario(OfflinePeople(form=ExportForm(servers=exported)), spec)) as stage:
            plan = await stage.plan()
        assert ("console-proof-servers" in {finding.code for finding in plan.findings}) is not exported


async def test_the_plan_of_such_a_site_is_simulated():
    """As it was surveyed, with people who export and copy serials as its own do."""
    async with Stage(scenario(OfflinePeople(), site(clients=1))) as stage:
        plan = await stage.plan()
        surveyed = await surveyed_plan(stage.store, plan.id, most=100)
    facts = await play(of_plan(surveyed, 1, Faults.NONE))
    kept(facts)
    assert facts.clients == 4
    assert [step.number for step in planned(facts).body.steps] == [step.number for step in plan.body.steps]


async def test_without_serials_check_ins_count():
    """The console shows no serials: the plan says that less is proven, and clients are covered by later check-ins."""
    form = ExportForm(serials=False, servers=False, encoding=Encoding.UTF_16, delimiter=";", timezone="Europe/Prague")
    facts = await play(scenario(OfflinePeople(form=form, copies_serials=False)))
    kept(facts)
    assert "console-proof-serial" in {finding.code for finding in planned(facts).findings}


async def test_a_site_converted_to_https_begins_at_a1():
    """Its lists are copied, and assigned by hand; each assignment rests on a statement of the new serials."""
    facts = await play(scenario(OfflinePeople(), site(protocol=Protocol.HTTPS)))
    kept(facts)
    assert {"A1-A4", "A5", "A7", "A10d"} <= {step.number for step in planned(facts).body.steps}


async def test_exports_prove_the_policy_that_canaries_have_since():
    """Their lists are put back before the rest verifies: the gate over all takes the serial that gave, unstated."""
    facts = await play(scenario(OfflinePeople(), site(protocol=Protocol.HTTPS)))
    kept(facts)
    passed = [index for index, event in enumerate(facts.trail) if event.kind == EventKind.GATE_PASSED]
    gate = next(index for index in passed if "clients of the relaxed groups verify" in facts.trail[index].message)
    before = max(index for index in passed if index < gate)
    assert not [event.message for event in facts.trail[before:gate] if "are covered by" in event.message]


@pytest.mark.parametrize("mistake", [Mistake.ONLY_SAYS, Mistake.UNDOES_AT_NIGHT, Mistake.WRONG_FILE])
async def test_mistakes_at_the_console_lose_no_client(mistake):
    """Serials that did not move, or that were not stated, hold what follows; what is presented is looked at as ever."""
    facts = await play(
        scenario(OfflinePeople(), site(slips=(Slip(mistake=mistake, after=mistake is Mistake.ONLY_SAYS),)))
    )
    kept(facts)
    assert [made.mistake for made in facts.slips] == [mistake]


async def test_an_unread_policy_needs_statements_of_two_persons():
    """An edited policy has effects that no person can read: its serial proves nothing until it is stated."""
    edited = Scheduled(at=START + 20 * HOUR, site_event=PolicyEdited(group=ROOT_GROUP))
    facts = await play(scenario(OfflinePeople(), site_events=(edited,)))
    kept(facts)
    assert any("are covered by ann and eve" in message for message in messages(facts, EventKind.MESSAGE))
