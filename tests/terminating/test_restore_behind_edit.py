"""A restore where a list was edited, or a server fell silent, behind the plan of the terminated rotation (16, 18)."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.events.site_events import ListEdited, ServerDies, ServerUpgraded
from emulator.spec import ROOT_GROUP, ListSpec
from emulator.switches import PatchSemServer
from tests.terminating.ending import TERMINATED, in_process
from tests.terminating.lives import live
from tests.terminating.procedures import PROCEDURES
from tests.terminating.sweeping import behind_a_swap

LIST_A = PROCEDURES["list-a"]
EDITED, SILENT, SECOND = "list-edited-meanwhile", "silent-while-turning-back", "second-person"
EDIT = ListEdited(group=ROOT_GROUP, original=True, https_ports={"SEPM-1": 8443})
UPGRADE = ServerUpgraded(server="SEPM-1", version="14.3.12154.10000")
HOUR = timedelta(hours=1)


def list_a(**switches):
    """List A, whose server has an HTTPS client port of its own that an upgrade resets."""
    spec = LIST_A.scenario.spec
    servers = tuple(each.model_copy(update={"https_port": 9443}) for each in spec.servers)
    own = ListSpec(name="Own List", priorities=(("SEPM-1",),))
    lists = {"server_lists": (*spec.server_lists, own), "groups": tuple(map(_with_own_list, spec.groups))}
    spec = spec.model_copy(update={"servers": servers, **lists, "switches": spec.switches.model_copy(update=switches)})
    return replace(LIST_A, scenario=LIST_A.scenario.model_copy(update={"spec": spec}))


def _with_own_list(group):
    locations = tuple(each.model_copy(update={"server_list": "Own List"}) for each in group.locations)
    return group.model_copy(update={"locations": locations})


def befalls(event, *, in_restore):
    """An event an hour before the restore is planned, or an hour behind its begin."""

    async def run(stage, state, watch):
        now, restores = stage.clock.now(), state.outline.purpose == "restore"
        if restores and in_restore:
            stage.simulation.schedule(event, now + HOUR)
        ended = await in_process(stage, state, watch)
        if ended == TERMINATED and not in_restore:
            stage.simulation.schedule(event, stage.clock.now())
            stage.clock.leap_to(stage.clock.now() + HOUR)
            stage.simulation.advance_to(stage.clock.now())
        return ended

    return run


@pytest.fixture(scope="module", params=[{}, {"patch_sem_server": PatchSemServer.REFUSED}], ids=["REST", "by hand"])
async def procedure(request):
    """List A, and the number of the first reading of the gate behind its swap."""
    played = list_a(**request.param)
    undisturbed = await live(played, in_process, (), again=False)
    return played, behind_a_swap(undisturbed.passed.passed).number


@pytest.mark.parametrize("in_restore", [False, True], ids=["before it is planned", "while it waits in its gate"])
async def test_a_restore_asks_about_a_list_that_was_edited(procedure, in_restore):
    """No client is lost: the list is looked at and corrected before clients have it again."""
    played, behind = procedure
    result = await live(played, befalls(EDIT, in_restore=in_restore), (behind,), again=False)
    assert result.problems == []
    assert result.asked[EDITED] == 1


@pytest.mark.parametrize("in_restore", [False, True], ids=["before it is planned", "while it waits in its gate"])
async def test_a_restore_asks_about_a_server_that_is_silent_over_https(procedure, in_restore):
    """An upgrade has reset its port: the HTTPS list that names the old one is not assigned before a person knows."""
    played, behind = procedure
    result = await live(played, befalls(UPGRADE, in_restore=in_restore), (behind,), again=False)
    assert result.problems == []
    assert result.asked[SILENT] == 1
    assert not result.asked[SECOND], "the port was put back"


async def test_two_persons_restore_past_a_server_that_stays_silent():
    """It is dead: one person wishes to go on, another one approves, and no other write asks again.

    Two persons answer the closing check, too: the server does not show its certificate.
    """
    played = PROCEDURES["mixed"]
    undisturbed = await live(played, in_process, (), again=False)
    behind = behind_a_swap(undisturbed.passed.passed).number
    result = await live(played, befalls(ServerDies(server="SEPM-2"), in_restore=True), (behind,), again=False)
    assert result.problems == []
    assert (result.asked[SECOND], result.asked[SILENT] > 0) == (2, True)
