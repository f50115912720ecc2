"""Where much differs at once: people are shown some of it and a number, and what follows is done to all of it."""

from emulator.events.site_events import InheritanceSet
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, SiteSpec
from emulator.switches import PatchSecureCommunications, Switches
from rotation.finding import MOST
from rotation.plan.step import Gate, ScopeName
from rotation.running.message import Move
from rotation.running.state import Outcome

GROUPS = MOST + 5
LARGEST = 64_000
"""Bytes of a state that is handed over."""


def branch(number):
    """The path of a group."""
    return f"{ROOT_GROUP}\\Branch {number:02d}"


def with_branches(heartbeat, **fields) -> SiteSpec:
    """One server, and more groups with settings of their own than are named."""
    spec = one_server(clients=6, heartbeat=heartbeat)
    location = LocationSpec(heartbeat=heartbeat)
    groups = (GroupSpec(path=branch(number), locations=(location,)) for number in range(GROUPS))
    clients = (ClientSpec(group=branch(number), count=1, prefix=f"B{number:02d}") for number in range(GROUPS))
    given = {**dict(spec), "groups": (*spec.groups, *groups), "clients": (*spec.clients, *clients), **fields}
    return SiteSpec.model_validate(given)


def everywhere(state):
    """Whether everybody relaxed is waited for."""
    return isinstance(state.step, Gate) and state.step.number == "A8" and state.step.scope is ScopeName.RELAXED


def of_each_branch(act):
    """A person does the same to every branch."""

    def do(here):
        for number in range(GROUPS):
            act(here, branch(number))

    return do


def tick(here, group):
    """A person ticks "verify"."""
    here.stage.simulation.console.set_secure_communications(group, "Default", True)


def bear(here, group):
    """A person makes a group below, which begins with the settings of its parent."""
    here.hands.add_group(f"{group}\\Kiosks")


def inherit(here, group):
    """A person has it follow the group above: its own locations are gone."""
    here.stage.simulation.schedule(InheritanceSet(group=group, inherits=True), here.stage.clock.now())


async def test_what_is_undone_everywhere_is_put_right_everywhere(played):
    """Every relaxed group verifies again: some are named, all are written back, and the state stays small."""
    undone = played.Deed(everywhere, of_each_branch(tick), after=played.HEARTBEAT)
    repaired = played.Deed(lambda state: state.repairs, lambda _: None, follows=undone)
    async with played.play(undone, repaired, spec=with_branches(played.HEARTBEAT)) as here:
        outcome = await here.run()
        writes = await here.stage.store.writes.written(here.state.rotation_id)
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert len(here.named("drift")) == len(here.named("repaired")) == MOST + 1
    assert ("secure-communications-drift", f"{GROUPS - MOST} more") in here.named("repaired")
    assert here.named("drift-over") == []
    assert len([write for write in writes if write.attempt == 2]) == GROUPS
    assert len(repaired.saw.model_dump_json()) < LARGEST


async def test_what_rest_does_not_put_right_anywhere_is_asked_for_and_ends_as_it_is_done(played):
    """A person does some of it: the rest is named one by one as it fits, and is over when all is done."""

    def undo(here):
        here.stage.simulation.set_switches(Switches(patch_secure_communications=PatchSecureCommunications.IGNORED))
        of_each_branch(tick)(here)

    def by_hand(numbers):
        def do(here):
            for number in numbers:
                here.stage.simulation.console.set_secure_communications(branch(number), "Default", False)

        return do

    deeds = played.in_turn(
        played.Deed(everywhere, undo, after=played.HEARTBEAT),
        played.Deed(played.asked("drift"), by_hand(range(3, GROUPS))),
        played.Deed(lambda state: len(state.drift) == 3, by_hand(range(3)), after=played.HEARTBEAT),
    )
    async with played.play(*deeds, spec=with_branches(played.HEARTBEAT)) as here:
        here.absent = played.asked("drift")
        outcome = await here.run()
    assert (outcome, here.lost()) == (Outcome.COMPLETED, [])
    assert f"{GROUPS - MOST} more" in played.attention(deeds[1].saw, "drift").message
    assert {subject for _, subject in here.named("drift-over")} == {f"{branch(at)} / Default" for at in range(MOST)}
    assert here.named("repaired") == []


async def test_two_persons_go_on_with_all_that_was_born(played):
    """One group below each branch, with a client: they are shown some, and leave out who is in any of them."""

    def born(here):
        for number in range(GROUPS):
            bear(here, branch(number))
            site, fleet = here.stage.simulation.site, here.stage.simulation.fleet
            client = next(each for each in fleet.clients if each.name.startswith(f"B{number:02d}"))
            fleet.move(client.id, site.group(f"{branch(number)}\\Kiosks").id)

    deeds = played.in_turn(
        played.Deed(everywhere, born),
        played.Deed(played.asked("drift"), lambda here: here.say(Move.PROCEED, "ann", "they are kiosks")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, "eve")),
    )
    async with played.play(*deeds, spec=with_branches(played.HEARTBEAT)) as here:
        here.absent = lambda state: played.asked("drift")(state) or played.asked("second-person")(state)
        outcome = await here.run()
        left_out = await here.stage.store.roster.left_out(here.state.rotation_id)
    assert outcome is Outcome.COMPLETED
    assert len(left_out) == GROUPS
    assert f"{GROUPS - MOST} more" in played.attention(deeds[2].saw, "second-person").message
    assert ("group-new", f"{GROUPS - MOST} more") in here.named("adopted")


async def test_all_that_is_born_with_relaxed_settings_and_all_that_is_gone_is_accepted_at_once(played):
    """One question about each kind, however many there are; nothing of them is asked again at the close."""
    deeds = played.in_turn(
        played.Deed(played.at("A10b"), of_each_branch(bear)), played.Deed(played.at("A10b"), of_each_branch(inherit))
    )
    async with played.play(*deeds, spec=with_branches(played.HEARTBEAT)) as here:
        outcome = await here.run()
    assert outcome is Outcome.COMPLETED
    adopted = here.named("adopted")
    for code in ("newborn", "pair-gone"):
        assert len([each for each, _ in adopted if each == code]) == MOST + 1
    assert len(here.state.model_dump_json()) < LARGEST
