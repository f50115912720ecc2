"""What people say of what was found: it covers what they were shown, and nothing that they were not."""

from datetime import datetime, timedelta

from temporalio.exceptions import ApplicationError

from activities.registry import all_activities
from emulator.events.site_events import ServerCutOff
from emulator.spec import ROOT_GROUP, ClientSpec
from engine.contract import SEPM_UNREACHABLE, ActivityName
from rotation.plan.request import Unproven
from rotation.plan.step import GatePurpose
from rotation.running.message import Move
from rotation.running.state import Outcome, RotationState
from simulation.played.host import SimulatedHost
from tests.simulation.drill_holes import kept_first
from tests.simulation.holes import OWN_LIST
from tests.workflows.drilled import waits_for
from tests.workflows.test_many_drifts import GROUPS, bear, branch, everywhere, with_branches
from workflows.run import run_rotation
from workflows.running import ContinueAsNew

HEARTBEAT, HOUR, DAY = timedelta(minutes=5), timedelta(hours=1), timedelta(days=1)
LEGACY = "My Company\\Legacy"
ITS_LIST = "Default Management Server List"
COPY = f"{ITS_LIST} (HTTP for certificate rotation)"

drilling = waits_for(GatePurpose.ELSEWHERE)


def location(name):
    """A person makes a location in a relaxed group, with the list of its other one before."""

    def place(here):
        here.stage.simulation.groups.add_location(LEGACY, name)
        here.stage.simulation.console.assign_list(ITS_LIST, LEGACY, name)

    return place


def edit(here, name=COPY):
    """A person edits a server list."""
    here.stage.simulation.console.edit_list(name, order=(("SEPM-2",),))


def goes_on(here):
    """Ann wants to go on with what was born."""
    return here.say(Move.PROCEED, "ann", "it is well")


def approves(here):
    """Eve approves it."""
    return here.say(Move.APPROVE, "eve")


def cancels(here):
    """Ann has seen enough."""
    return here.say(Move.CANCEL, "ann", "enough")


def is_asked(played):
    """Whether a person is asked about what a look has found."""
    return lambda state: played.asked("drift")(state) or played.asked("second-person")(state)


async def names_left_out(here):
    """Whom the rotation has left out."""
    left_out = await here.stage.store.roster.left_out(here.state.rotation_id)
    known = {each.id: each.name for each in await here.stage.store.roster.entries(here.state.site_id, None)}
    return sorted(known[each] for each in left_out)


async def test_an_approval_covers_no_location_that_is_born_while_the_site_is_looked_at(played):
    """SEPM does not answer while the second one is born and eve approves the first one: the second is asked about."""

    def second(here):
        location("Two")(here)
        here.stage.simulation.schedule(ServerCutOff(server="SEPM-1", lasting=4 * HEARTBEAT), here.stage.clock.now())

    *_, approval, asked_again = deeds = played.in_turn(
        played.Deed(played.at("A8"), location("One")),
        played.Deed(played.asked("drift"), goes_on),
        played.Deed(played.asked("second-person"), second, after=HEARTBEAT / 4),
        played.Deed(played.asked("not-answering"), approves),
        played.Deed(lambda state: played.asked("drift")(state) and state.proceed is None, cancels),
    )
    async with played.play(*deeds) as here:
        here.absent = is_asked(played)
        outcome = await here.run()
        settled = await here.stage.store.found.settled(here.state.rotation_id)
    assert (approval.answer.accepted, outcome) == (True, Outcome.CANCELLED)
    assert settled.known("location-new") == {f"{LEGACY} / One"}
    named = [subject for code, subject in here.named("adopted") if code == "location-new"]
    assert named == [f"{LEGACY} / One"], "the trail tells what was accepted"
    message = played.attention(asked_again.saw, "drift").message
    assert f"{LEGACY} / Two" in message
    assert f"{LEGACY} / One" not in message


async def test_a_wish_is_over_when_another_one_is_among_those_that_are_not_named(played):
    """One of the others is empty again, and another one was born: the same is shown, and it is asked about again."""

    def put(here, number, group):
        site, fleet = here.stage.simulation.site, here.stage.simulation.fleet
        client = next(each for each in fleet.clients if each.name.startswith(f"B{number:02d}"))
        fleet.move(client.id, site.group(group).id)

    def born(here):
        for number in range(GROUPS - 1):
            bear(here, branch(number))
            put(here, number, f"{branch(number)}\\Kiosks")

    def changes(here):
        last = GROUPS - 1
        bear(here, branch(last))
        put(here, last, f"{branch(last)}\\Kiosks")
        put(here, last - 1, branch(last - 1))

    *_, asked_again = deeds = played.in_turn(
        played.Deed(everywhere, born),
        played.Deed(played.asked("drift"), goes_on),
        played.Deed(played.asked("second-person"), changes),
        played.Deed(played.asked("drift"), cancels),
    )
    async with played.play(*deeds, spec=with_branches(played.HEARTBEAT)) as here:
        here.absent = is_asked(played)
        await here.run()
        left_out = await names_left_out(here)
    assert asked_again.saw.proceed is None
    assert left_out == []


async def test_an_approval_of_something_else_confirms_no_edited_list(played):
    """A list was edited after ann's wish about a location: eve is shown the location only, and the list asked about."""
    *_, asked_again = deeds = played.in_turn(
        played.Deed(played.at("A8"), location("One")),
        played.Deed(played.asked("drift"), goes_on),
        played.Deed(played.asked("second-person"), edit, after=HEARTBEAT / 4),
        played.Deed(lambda state: any(named.code == "list-edited" for named in state.drift), approves),
        played.Deed(lambda state: played.asked("drift")(state) and state.proceed is None, cancels),
    )
    async with played.play(*deeds) as here:
        here.absent = is_asked(played)
        await here.run()
    assert COPY in played.attention(asked_again.saw, "drift").message
    assert here.state.lists_shown == {}


async def test_a_wish_to_roll_back_that_is_taken_back_confirms_no_edited_list(played):
    """It cleared away what was asked: that is asked again, and no person has answered it."""
    *_, asked_again = deeds = played.in_turn(
        played.Deed(played.at("B3"), edit, after=HEARTBEAT / 2),
        played.Deed(played.asked("drift"), lambda here: here.say(Move.ROLL_BACK, "ann", "not now")),
        played.Deed(played.asked("roll-back"), lambda here: here.say(Move.FINISH, "eve")),
        played.Deed(played.asked("drift"), lambda here: here.kept.update(shown=dict(here.state.lists_shown))),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: (
            not asked_again.done and (played.asked("drift")(state) or played.asked("roll-back")(state))
        )
        await here.run()
    assert here.kept["shown"] == {}


async def test_a_drill_that_passes_confirms_no_edited_list(played):
    """Nothing holds up a gate while a server is stopped: what is asked about the site stays asked behind it."""
    spec = kept_first()
    spec = spec.model_copy(update={"clients": tuple(each for each in spec.clients if each.prefix != "STUCK")})

    def spoil(here):
        here.stage.simulation.groups.add_location(ROOT_GROUP, "New")
        here.stage.simulation.console.assign_list("Other List", ROOT_GROUP, "New")

    behind = played.Deed(
        lambda state: not drilling(state) and played.work_of(state) != "start_server", cancels, after=8 * HOUR
    )
    deeds = played.in_turn(
        played.Deed(drilling, spoil),
        played.Deed(played.asked("drift"), goes_on),
        played.Deed(played.asked("second-person"), lambda here: edit(here, OWN_LIST)),
        behind,
    )
    async with played.play(*deeds, spec=spec, drill_stop=True, unproven=Unproven.APPROVE) as here:
        here.absent = lambda state: (
            is_asked(played)(state) and played.work_of(state) not in {"start_server", "stop_server"}
        )
        await here.run()
    assert behind.done
    assert here.state.lists_shown == {}


async def test_a_second_person_is_asked_again_when_others_do_not_come_to_another_server(played):
    """The server boots by itself for hours, and more clients are seen that reach no other one: the wish is over."""
    spec = kept_first()
    away = ((HOUR / 4, 22 * HOUR),)
    late = ClientSpec(group=ROOT_GROUP, count=4, prefix="LAPTOP", reachable_servers=frozenset({"SEPM-2"}), away=away)
    spec = spec.model_copy(update={"clients": (*spec.clients, late)})
    *_, asked_again = deeds = played.in_turn(
        played.Deed(played.asked("gate-limit"), lambda here: here.say(Move.PROCEED, "ann", "they are to go")),
        played.Deed(
            played.asked("second-person"),
            lambda here: here.stage.simulation.console.start_server("SEPM-2"),
            after=8 * HOUR,
        ),
        played.Deed(drilling, lambda here: here.stage.simulation.console.stop_server("SEPM-2"), after=5 * HOUR),
        played.Deed(lambda state: drilling(state) and played.asked("gate-limit")(state), cancels, after=12 * HOUR),
    )
    async with played.play(*deeds, spec=spec, drill_stop=True, unproven=Unproven.APPROVE) as here:
        here.absent = lambda state: drilling(state) and not asked_again.done
        await here.run()
        left_out = await names_left_out(here)
    assert asked_again.saw.proceed is None
    assert left_out == []


async def test_what_was_accepted_is_asked_about_again_when_it_is_another_one(played):
    """A location with which two persons go on has its clients report every eight hours by now: gates are too short."""

    def slow(here):
        here.stage.simulation.console.set_heartbeat(LEGACY, "One", 8 * HOUR)

    *_, asked_again = deeds = played.in_turn(
        played.Deed(played.at("A8"), location("One")),
        played.Deed(played.asked("drift"), goes_on),
        played.Deed(played.asked("second-person"), approves),
        played.Deed(lambda state: state.proceed is None, slow, after=timedelta(seconds=1)),
        played.Deed(played.asked("drift"), cancels),
    )
    async with played.play(*deeds) as here:
        here.absent = lambda state: not asked_again.done and is_asked(played)(state)
        outcome = await here.run()
    assert outcome is Outcome.CANCELLED
    assert "8 hours" in played.attention(asked_again.saw, "drift").message


def busy(host, stage, lasting, meanwhile=lambda: None):
    """Has SEPM answer "busy" for a while to the first activity that writes back."""
    real = host._activities[ActivityName.WRITE_SETTINGS]
    began: list[datetime] = []

    async def write(request):
        now = stage.clock.now()
        if request.found is not None:
            if not began:
                began.append(now)
                meanwhile()
            if now - began[0] < lasting:
                raise ApplicationError("429", type=SEPM_UNREACHABLE, next_retry_delay=timedelta(minutes=1))
        return await real(request)

    host._activities[ActivityName.WRITE_SETTINGS] = write
    return host


def host_of(here, kind=SimulatedHost):
    """What plays it, for three days."""
    stage = here.stage
    return kind(all_activities(stage.store, stage.world), stage.clock, here, until=stage.clock.now() + 3 * DAY)


async def test_a_repair_does_not_undo_what_was_decided_since_it_was_found(played):
    """A person assigns a third list while SEPM is busy: it is left to the next look, which asks."""

    def decides():
        here.stage.simulation.console.copy_list(ITS_LIST, "Odd")
        here.stage.simulation.console.assign_list("Odd", LEGACY, "Default")

    deeds = played.in_turn(
        played.Deed(
            played.at("A8"),
            lambda here: here.stage.simulation.console.assign_list(ITS_LIST, LEGACY, "Default"),
            after=HEARTBEAT,
        ),
        played.Deed(played.asked("drift"), lambda here: here.kept.update(here.settings()) or cancels(here)),
    )
    async with played.play(*deeds) as here:
        here.absent = played.asked("drift")
        here.state = await here.stage.begin(await here.planned(here.stage))
        await run_rotation(busy(host_of(here), here.stage, 3 * HOUR, decides).run(here.state))
    assert here.kept[LEGACY, "Default"][0] == "Odd"


class Renewing(SimulatedHost):
    """Wants a new history once, while a call of SEPM waits."""

    wanted = True

    def should_continue_as_new(self) -> bool:
        """Once."""
        attention = self._running.state.attention if self._running is not None else ()
        return self.wanted and any(each.code == "not-answering" for each in attention)


async def test_a_new_history_in_the_midst_of_a_repair_confirms_no_edited_list(played):
    """What was found beside it was not asked about yet: it is, in the new history."""

    def spoil(here):
        here.stage.simulation.console.set_secure_communications(LEGACY, "Default", True)
        edit(here)

    deeds = played.in_turn(
        played.Deed(played.at("A8"), spoil, after=HEARTBEAT), played.Deed(played.asked("drift"), cancels, after=HOUR)
    )
    histories = 1
    async with played.play(*deeds) as here:
        here.absent = played.asked("drift")
        state = here.state = await here.stage.begin(await here.planned(here.stage))
        host = busy(host_of(here, Renewing), here.stage, timedelta(minutes=6))
        while state.outcome is None:
            try:
                await run_rotation(host.run(state))
            except ContinueAsNew:
                host.wanted, histories = False, histories + 1
                state = RotationState.model_validate_json(state.model_dump_json())
    assert (histories, state.outcome, state.lists_shown) == (2, Outcome.CANCELLED, {})
