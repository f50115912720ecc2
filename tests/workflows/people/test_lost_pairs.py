"""Pairs that are not there any more when they are to be put back: a person is warned, and all else is put back."""

from datetime import timedelta

import pytest

from emulator.events.site_events import InheritanceSet
from emulator.scenarios import one_server
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, LocationSpec, SiteSpec
from emulator.switches import PatchSemServer, Switches
from rotation.plan.step import Gate, ScopeName
from rotation.running.message import Move
from rotation.running.state import Outcome

HEARTBEAT = timedelta(minutes=5)
ANNEX = f"{ROOT_GROUP}\\Annex"


def with_annex() -> SiteSpec:
    """The site with one server, and a small group with settings of its own."""
    spec = one_server(clients=6, heartbeat=HEARTBEAT)
    annex = GroupSpec(path=ANNEX, locations=(LocationSpec(heartbeat=HEARTBEAT), *spec.groups[-1].locations[1:]))
    client = ClientSpec(group=ANNEX, count=1, prefix="ANNEX")
    return SiteSpec.model_validate({**dict(spec), "groups": (*spec.groups, annex), "clients": (*spec.clients, client)})


def inherit(here):
    """A person has the group follow the one above it: its own locations are gone."""
    here.stage.simulation.schedule(InheritanceSet(group=ANNEX, inherits=True), here.stage.clock.now())


def in_gate_a8(state):
    """Whether everybody relaxed is waited for."""
    return isinstance(state.step, Gate) and state.step.number == "A8" and state.step.scope is ScopeName.RELAXED


def is_held(state):
    """Whether an operator has the task to assign a list by hand."""
    return state.task and "A5" in state.task.step and state.task.claimed_by


@pytest.mark.parametrize("cancels", [True, False], ids=["a cancel", "the restore after the swap"])
async def test_a_pair_that_is_gone_is_named_and_the_rest_is_put_back(played, cancels):
    """Its settings cannot be read any more: nothing of it can be put back, and no retry will ever help."""
    if cancels:
        when, cancel = in_gate_a8, [played.Deed(in_gate_a8, lambda here: here.say(Move.CANCEL), after=HEARTBEAT)]
    else:
        when, cancel = played.at("A10b"), []
    async with played.play(played.Deed(when, inherit), *cancel, spec=with_annex()) as here:
        before = here.settings()
        outcome = await here.run()

    asked = [message for code, message in here.asked if code == "pair-gone"]
    assert len(asked) == 1
    assert f"{ANNEX} / Default" in asked[0]
    assert ("pair-gone", f"{ANNEX} / Default") in here.named("adopted")
    assert outcome is (Outcome.CANCELLED if cancels else Outcome.COMPLETED)
    others = {pair: value for pair, value in before.items() if pair[0] != ANNEX}
    assert {pair: value for pair, value in here.settings().items() if pair in others} == others
    assert here.lost() == []


async def test_a_cancel_ends_a_task_of_a_pair_that_is_gone(played):
    """What cannot be relaxed any more is asked about without end; a person who cancels is not asked again."""
    gone = played.asked("group-gone")
    patch = Switches(patch_sem_server=PatchSemServer.REFUSED)
    async with played.play(
        played.Deed(is_held, inherit),
        played.Deed(gone, lambda here: here.say(Move.CANCEL), after=HEARTBEAT),
        spec=with_annex().model_copy(update={"switches": patch}),
    ) as here:
        here.absent = lambda state: is_held(state) and not state.withdrawing
        outcome = await here.run()

    assert outcome is Outcome.CANCELLED
    assert here.lost() == []
