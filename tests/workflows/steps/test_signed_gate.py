"""Before the last good server goes, clients have taken a moved policy from one that was replaced (rule 24b)."""

from datetime import timedelta

import pytest

from activities.setting.policy_moves import PolicyMoves
from emulator.simulation import SettingsWrite
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec, ListSpec, LocationSpec, ServerSpec, SiteSpec
from emulator.switches import PatchClientLog, RejectedDownload, Switches
from engine.contract import StepRequest
from rotation.plan.request import PlanRequest, Unproven
from rotation.running.message import Move
from rotation.running.state import Outcome
from rotation.site import Limits
from rotation.values import ServerName
from service.plans.planning import plan_from_survey
from workflows.requests import about

HEARTBEAT = timedelta(minutes=5)
LIMITS = Limits(
    relax_floor=timedelta(0),
    publish_delay=timedelta(seconds=2),
    purge_after=None,
    holdout_minimum=timedelta(days=2),
    holdout_maximum=timedelta(days=10),
    gate_patience=timedelta(days=2),
)
OLD, UNKNOWN = "signs-with-former-key", "signature-unknown"


def stale(kind=RejectedDownload.FAIL_OVER, **switches):
    """Three servers that go on signing with their former key, and dates of .SIG files that do not show it."""
    known = Switches(stale_sig_files=True, stale_sig_dates=False, rejected_download=kind, **switches)
    return site(switches=known)


def site(*first, heartbeat=HEARTBEAT, **fields):
    """Three servers, whose clients all fail over and verify; those come first in their list."""
    names = ("SEPM-1", "SEPM-2", "SEPM-3")
    pools = (tuple(first), tuple(name for name in names if name not in first)) if first else (names,)
    location = LocationSpec(heartbeat=heartbeat, randomization=heartbeat / 5, server_list="Own List")
    return SiteSpec(
        name="Site",
        seed=3,
        database_shared=True,
        servers=tuple(ServerSpec(name=name) for name in names),
        server_lists=(ListSpec(priorities=(names,)), ListSpec(name="Own List", priorities=pools)),
        groups=(GroupSpec(path=ROOT_GROUP, locations=(location,)),),
        clients=(ClientSpec(group=ROOT_GROUP, count=12),),
        **fields,
    )


def sizes(here):
    """The size of the clients' system log of every pair."""
    site = here.stage.simulation.site
    return {(group.path, location.name): each.log_kb for group, location, each in site.pairs()}


def moves(here):
    """How often a policy was moved over REST, and back."""
    return here.stage.simulation.effects.count("rest.client_log")


async def test_one_policy_is_moved_and_put_back(played):
    """In a sound site one group's setting changes by 1 KB, once, and is as before in the end; no person is asked."""
    async with played.play(spec=site(), limits=LIMITS) as here:
        before = sizes(here)
        outcome = await here.run()

    assert outcome is Outcome.COMPLETED
    assert sizes(here) == before
    assert moves(here) == 2
    assert {code for code, _ in here.asked}.isdisjoint({OLD, UNKNOWN, "policy-by-hand"})
    shown = [each.message for each in here.trail if each.kind == "gate-passed" and "new policy" in each.message]
    assert len(shown) == 2
    assert all("SEPM-1" in each for each in shown)
    assert here.lost() == []


def was_moved(state):
    """Whether a policy is moved, and clients are waited for that take it."""
    return state.wait is not None and bool(state.wait.asked)


@pytest.mark.parametrize("switch", [each for each in PatchClientLog if each is not PatchClientLog.WORKS])
async def test_where_rest_does_not_move_it_a_person_edits_any_policy_of_the_group(played, switch):
    """The group is named; when its policy date has moved, the rotation goes on as if it had moved it itself."""
    async with played.play(spec=site(switches=Switches(patch_client_log=switch)), limits=LIMITS) as here:
        before = sizes(here)
        outcome = await here.run()

    shown = [message for code, message in here.asked if code == "policy-by-hand"]
    assert shown
    assert all(ROOT_GROUP in each for each in shown)
    assert here.stage.simulation.effects.count("console.edit_policy", ROOT_GROUP) >= 1
    assert outcome is Outcome.COMPLETED
    assert sizes(here) == before
    assert here.lost() == []


def set_size(here, kb):
    """A person sets the size of the clients' system log."""
    here.stage.simulation.write_settings(ROOT_GROUP, "Default", SettingsWrite(log_kb=kb))


async def test_the_largest_size_is_made_smaller(played):
    """SEPM takes no more than 9,999 KB."""
    moved = played.Deed(was_moved, lambda here: here.kept.update(sizes=sizes(here)))
    async with played.play(moved, spec=site(), limits=LIMITS) as here:
        set_size(here, 9999)
        before = sizes(here)
        outcome = await here.run()

    assert set(here.kept["sizes"].values()) == {9998}
    assert outcome is Outcome.COMPLETED
    assert sizes(here) == before


async def test_what_cannot_be_put_back_is_asked_about(played):
    """SEPM takes the size no more: group and sizes are named, and the next try puts it back."""

    def take(switch):
        return lambda here: here.stage.simulation.set_switches(Switches(patch_client_log=switch))

    async def retry(here):
        request = StepRequest(ref=about(here.state, here.state.step))
        left = await PolicyMoves(here.stage.world).put_policies_back(request)
        assert [(each.code, each.subject) for each in left.findings] == [("log-size-differs", "My Company / Default")]
        take(PatchClientLog.WORKS)(here)
        return here.say(Move.RETRY)

    deeds = played.in_turn(
        played.Deed(was_moved, take(PatchClientLog.IGNORED)), played.Deed(played.asked("site-differs"), retry)
    )
    async with played.play(*deeds, spec=site(), limits=LIMITS) as here:
        here.absent = played.asked("site-differs")
        before = sizes(here)
        outcome = await here.run()

    asked = [message for code, message in here.asked if code == "site-differs"]
    assert len(asked) == 1
    assert "My Company / Default: the clients' system log has 513 KB, recorded was 512" in asked[0]
    assert outcome is Outcome.COMPLETED
    assert sizes(here) == before


async def test_a_size_that_a_person_has_changed_since_stays(played):
    """Before the move: a person edits a policy instead. After it: it is not put back."""
    before = played.Deed(lambda state: bool(state.swapped), lambda here: set_size(here, 700))
    async with played.play(before, spec=site(), limits=LIMITS) as here:
        first = await here.run()
    assert {code for code, _ in here.asked} >= {"policy-by-hand"}
    assert set(sizes(here).values()) == {700}

    after = played.Deed(was_moved, lambda here: set_size(here, 800))
    async with played.play(after, spec=site(), limits=LIMITS) as here:
        second = await here.run()
    assert set(sizes(here).values()) == {800}
    assert (first, second) == (Outcome.COMPLETED, Outcome.COMPLETED)


@pytest.mark.parametrize("kind", RejectedDownload)
async def test_a_server_that_signs_with_its_former_key_is_named_before_the_next_one_goes(played, kind):
    """Whatever clients do that reject a download, and whatever the dates of the files are."""
    back = played.in_turn(
        played.Deed(
            lambda state: played.asked(OLD)(state) or played.asked("refusing")(state),
            lambda here: here.say(Move.ROLL_BACK),
        ),
        played.Deed(played.asked("roll-back"), lambda here: here.say(Move.APPROVE, who="eve")),
    )
    async with played.play(*back, spec=stale(kind), limits=LIMITS) as here:
        here.absent = lambda state: played.asked(OLD)(state) or played.asked("roll-back")(state)
        before = sizes(here)
        outcome = await here.run()

    assert back[0].saw.swapped == ("SEPM-1",)
    assert outcome is Outcome.ROLLED_BACK
    assert sizes(here) == before
    assert [name for name in here.lost() if kind is not RejectedDownload.SILENT] == []


async def test_it_passes_once_the_server_signs_again_and_another_policy_was_moved(played):
    """Retry moves a policy once more: a statement that the server is right is no proof."""

    def sign_again(here):
        here.stage.simulation.console.republish("SEPM-1")
        return here.say(Move.RETRY)

    vain, right = deeds = played.in_turn(
        played.Deed(played.asked(OLD), lambda here: here.say(Move.RETRY)),
        played.Deed(played.asked(OLD), sign_again),
    )
    stop = played.Deed(lambda state: state.swapped == ("SEPM-1", "SEPM-2"), lambda here: here.say(Move.ROLL_BACK))
    yes = played.Deed(played.asked("roll-back"), lambda here: here.say(Move.APPROVE, who="eve"), follows=stop)
    async with played.play(*deeds, stop, yes, spec=stale(), limits=LIMITS) as here:
        here.absent = lambda state: played.asked(OLD)(state) or played.asked("roll-back")(state)
        outcome = await here.run()

    assert vain.answer.accepted
    assert right.answer.accepted
    assert outcome is Outcome.ROLLED_BACK
    assert here.lost() == []


async def test_two_persons_may_go_on_without_it(played):
    """One asks, another approves, and both are named."""
    ask, approve = deeds = played.in_turn(
        played.Deed(played.asked(OLD), lambda here: here.say(Move.PROCEED, why="we looked")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, who="eve")),
    )
    async with played.play(*deeds, spec=stale(), limits=LIMITS) as here:
        here.absent = lambda state: (
            not approve.done and (played.asked(OLD)(state) or played.asked("second-person")(state))
        )
        await here.run()

    assert ask.answer.accepted
    assert approve.answer.accepted
    assert any(
        "ann and eve let the rotation go on though no client has shown what SEPM-1 signs" in each.message
        for each in here.trail
    )


async def keeping_sepm_3(stage):
    """The plan whose holdout is the server that clients use first, as a person may want it."""
    survey = await stage.survey()
    certificates = {server: made.facts.id for server, made in stage.certificates.items()}
    request = PlanRequest(
        certificates=certificates, unproven_failover=Unproven.APPROVE, holdout=(ServerName("SEPM-3"),)
    )
    plan = await plan_from_survey(stage.store, stage.site.id, survey.survey_id, request, now=stage.clock.now())
    await stage.store.plans.add(plan)
    return plan


async def test_with_no_client_at_a_replaced_server_a_person_is_asked_before_the_last_one_goes(played):
    """Every client uses the holdout, which its list names first: for a day it is waited; then nothing is known."""
    _, ask, approve = deeds = played.in_turn(
        played.Deed(played.asked(UNKNOWN), lambda here: here.say(Move.RETRY)),
        played.Deed(played.asked(UNKNOWN), lambda here: here.say(Move.PROCEED, why="we looked")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, who="eve")),
    )
    async with played.play(*deeds, spec=site("SEPM-3"), limits=LIMITS, planned=keeping_sepm_3) as here:
        here.absent = lambda state: played.asked(UNKNOWN)(state) or played.asked("second-person")(state)
        outcome = await here.run()

    assert here.body.holdouts == ("SEPM-3",)
    assert (ask.answer.accepted, approve.answer.accepted) == (True, True)
    assert any("no client has shown yet what SEPM-1" in each.message for each in here.trail)
    assert moves(here) == 0
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []


async def test_clients_that_report_less_than_once_a_day_show_nothing_and_a_person_is_asked(played, monkeypatch):
    """Each may have been elsewhere between two check-ins: past the limit a person is asked, and no other client."""
    monkeypatch.setattr(played, "LONGEST", timedelta(days=120))
    ask, approve = deeds = played.in_turn(
        played.Deed(played.asked(UNKNOWN), lambda here: here.say(Move.PROCEED, why="we looked")),
        played.Deed(played.asked("second-person"), lambda here: here.say(Move.APPROVE, who="eve")),
    )
    spec = site(heartbeat=timedelta(hours=36), switches=Switches(patch_client_log=PatchClientLog.REFUSED))
    async with played.play(*deeds, spec=spec, limits=LIMITS) as here:
        here.absent = lambda state: played.asked(UNKNOWN)(state) or played.asked("second-person")(state)
        outcome = await here.run()

    assert (ask.answer.accepted, approve.answer.accepted) == (True, True)
    assert outcome is Outcome.COMPLETED
    assert here.lost() == []
