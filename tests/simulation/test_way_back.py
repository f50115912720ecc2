"""The way back in time: clients are cut off, a person rolls back, and the old certificate is in within a heartbeat."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.events.site_events import HttpPortMoved, InheritanceSet, SecureCommunicationsSet
from emulator.spec import ROOT_GROUP, ClientSpec, GroupSpec
from emulator.state.effects import Actor
from emulator.switches import Downloads, RejectedDownload, Switches
from rotation.running.message import Move
from rotation.running.state import Outcome
from simulation.drawn.scenario import Follows, ScriptedMove, Since
from simulation.judged.invariants import check
from simulation.judged.invariants.way_back import the_old_certificate_is_back_in_time
from simulation.played.run import play
from tests.simulation.administration_holes import HOLES
from tests.simulation.holes import DAY, HOUR, MINUTE, hole, site
from tests.simulation.losses import effect, lost

SILENT = "a script unknown to all hands out an old Sylink.xml up to the replacement"
REFUSING = "the dates of stale signatures look new (stay_and_report)"
IN_TIME, BACK = "the_old_certificate_is_back_in_time", "who_was_cut_off_is_back_with_it"


def violated(facts):
    """The names of the invariants of the way back that do not hold."""
    return {violation.invariant for violation in check(facts)} & {IN_TIME, BACK}


@pytest.fixture(scope="module", params=[SILENT, REFUSING], ids=["silent", "refusing"])
async def rolled_back(request):
    """What is known of a rotation that was rolled back since its replacement had cut off several clients."""
    (known,) = (each for each in HOLES if each.name == request.param)
    facts = await known.played()
    assert facts.outcome is Outcome.ROLLED_BACK
    return facts


def moments(facts):
    """When the second person approved, and the task that it has led to: when it was opened, granted and done."""
    wished = next(event.at for event in facts.trail if event.kind == "rolling-back")
    approved = (
        event for event in facts.trail if event.kind == "message" and event.message.startswith("approve by eve")
    )
    yes = next(event.at for event in approved if event.at >= wished)
    (task,) = (each for each in facts.tasks if getattr(each.work, "puts_back", False))
    return yes, task, facts.claims[task.id]


def test_the_old_certificate_is_back_within_a_heartbeat(rolled_back):
    """Eight clients and more were cut off; the task is there at the approval, and done an hour after it was granted."""
    yes, task, claimed = moments(rolled_back)
    assert task.opened_at == yes
    put = next(each.at for each in rolled_back.journal if each.kind == "console.restore_certificate")
    assert claimed < put <= claimed + HOUR
    assert len(rolled_back.lost) >= 8
    assert {each.healed for each in rolled_back.lost} == {True}
    assert violated(rolled_back) == set()


def test_a_task_that_comes_late_is_a_violation(rolled_back):
    """A heartbeat is enough, a minute more is not, unless a person was asked or a person held the rotation."""
    yes, _, _ = moments(rolled_back)
    beat = max(owner.slowest_heartbeat for owner in rolled_back.body.scopes)

    def late(by, *, events=()):
        before = [event for event in rolled_back.trail if event.kind not in {"attention", "drift"}]
        moved = [
            event.model_copy(update={"at": event.at + by}) if event.kind in {"step-began", "task-opened"} else event
            for event in before
        ]
        at = next(index for index, event in enumerate(moved) if event.at > yes)
        return replace(rolled_back, trail=(*moved[:at], *events, *moved[at:]))

    opened = rolled_back.trail[0].model_copy(update={"at": yes + HOUR / 2, "data": {}})
    asked = opened.model_copy(update={"kind": "attention", "message": "look at it"})
    held = opened.model_copy(update={"kind": "message", "message": "hold by ann"})
    other = opened.model_copy(update={"kind": "message", "message": "site_moved by the watch"})
    assert IN_TIME not in violated(late(beat))
    late_by = beat + timedelta(minutes=1)
    assert [IN_TIME in violated(late(late_by, events=(each,))) for each in (asked, held, other)] == [
        False,
        False,
        True,
    ]


def test_a_certificate_that_is_put_back_late_is_a_violation(rolled_back):
    """More than a heartbeat after the task was granted, with people who had it at hand."""
    _, task, claimed = moments(rolled_back)
    early = replace(rolled_back, claims={task.id: claimed - 2 * HOUR})
    assert IN_TIME in violated(early)
    slow = early.scenario.pace.model_copy(update={"work": 3 * HOUR})
    assert IN_TIME not in violated(replace(early, scenario=early.scenario.model_copy(update={"pace": slow})))
    assert IN_TIME not in violated(replace(early, claims={}))


def test_a_claim_that_waits_for_whom_the_gate_did_not_is_a_violation(rolled_back):
    """A gate refuses a claim because of a client that had been cut off when the gate passed.

    None is a client that fails since, nor where a look found something, nor where another gate passed.
    """
    _, task, claimed = moments(rolled_back)
    data = {"step": "22-A8"}
    passed = rolled_back.trail[0].model_copy(update={"at": claimed, "kind": "gate-passed", "data": data})
    refused = rolled_back.trail[0].model_copy(
        update={
            "at": claimed + HOUR,
            "kind": "attention",
            "message": f"Put it back: its proof is missing since noon. 22-A8: 1 clients: {rolled_back.lost[0].name}",
            "data": {"step": task.step},
        }
    )
    found = refused.model_copy(update={"kind": "drift", "message": "secure communications are on"})
    other = refused.model_copy(update={"message": f"{refused.message}-01"})

    elsewhere = passed.model_copy(update={"data": {"step": "07-A8"}})

    def among(*events):
        at = next(index for index, event in enumerate(rolled_back.trail) if event.at >= claimed)
        return replace(rolled_back, trail=(*rolled_back.trail[:at], *events, *rolled_back.trail[at:]))

    def is_late(*events):
        return bool(list(the_old_certificate_is_back_in_time(among(*events))))

    assert is_late(passed, refused)
    for events in ((passed, found, refused), (passed, other), (elsewhere, refused)):
        assert not is_late(*events)


def test_a_client_still_lost_is_a_violation(rolled_back):
    """Five heartbeats after the old certificate went in; for other reasons than the replacement it is none."""
    swap = next(each for each in rolled_back.journal if each.kind == "console.replace_certificate")
    stays = lost(rolled_back, swap, first_failed=swap.at, group="My Company")
    ended = rolled_back.ended + timedelta(days=1)
    facts = replace(rolled_back, lost=(stays,), ended=ended)
    assert BACK in violated(facts)
    for change in (
        {"lost": (stays.model_copy(update={"healed": True}),)},
        {"ended": moments(rolled_back)[1].closed_at},
    ):
        assert BACK not in violated(replace(facts, **change))
    server, _ = swap.subject
    for update in ({"kind": "machine.sylink"}, {"subject": (server, "another certificate")}):
        other = lost(rolled_back, swap.model_copy(update=update), first_failed=swap.at)
        assert BACK not in violated(replace(facts, lost=(other,)))
    unasked = effect(facts, "console.generate_certificate", server, "another", actor=Actor.PERSON)
    assert BACK not in violated(replace(facts, journal=(*facts.journal, unasked)))


@pytest.mark.parametrize(("kind", "within"), [("stay_and_report", 5 * HOUR), ("silent", DAY)])
async def test_a_way_back_does_not_wait_for_clients_that_only_it_brings(kind, within):
    """Clients are made to verify behind the replacement. They are relaxed first; those that hear nothing are not.

    Of clients that are silent two persons decide: they may be switched off, and know the new certificate only.
    """
    ticked = Follows(since=Since.SWAP, after=MINUTE, site_event=SecureCommunicationsSet(group=ROOT_GROUP, enabled=True))
    switches = Switches(downloads=Downloads.POLICY_FIRST, rejected_download=RejectedDownload(kind))
    known = hole("", 15, site(1, 8, switches=switches), ticked).scenario
    wish = ScriptedMove(since=Since.SWAP, after=6 * HOUR, move=Move.ROLL_BACK)
    facts = await play(known.model_copy(update={"acts": (wish,)}))
    yes, task, claimed = moments(facts)
    assert yes < task.opened_at <= yes + within
    assert claimed <= task.opened_at + 6 * HOUR, "the claim waits for them no more than the gate does"
    assert (facts.outcome, len(facts.lost), {each.healed for each in facts.lost}) == (Outcome.ROLLED_BACK, 8, {True})
    assert violated(facts) == set()


async def test_a_closed_http_port_keeps_no_old_certificate_from_going_back():
    """The port of another server closes after a person rolled back: the claim of the task is granted."""
    spec = site(3, 8).model_copy(update={"clients": (ClientSpec(group=ROOT_GROUP, count=8, build="14.2.1.0"),)})
    closed = Follows(since=Since.SWAP, after=4 * HOUR, site_event=HttpPortMoved(server="SEPM-3", port=8099))
    back = ScriptedMove(since=Since.SWAP, after=3 * HOUR, move=Move.ROLL_BACK)
    facts = await hole("a port closes on the way back", 15, spec, closed).acting(back).played()
    assert facts.outcome is Outcome.ROLLED_BACK
    assert [each.name for each in facts.lost] == []


async def test_a_way_back_goes_on_without_a_place_that_people_have_given_up():
    """A group came to inherit, which a person accepted: the way back does not write to the place that is gone."""
    spec, sub = site(1, 5), f"{ROOT_GROUP}\\Sub"
    update = {
        "groups": (*spec.groups, GroupSpec(path=sub, locations=spec.groups[0].locations)),
        "clients": (*spec.clients, ClientSpec(group=sub, count=4, prefix="SUB")),
    }
    inherits = Follows(since=Since.SWAP, after=MINUTE, site_event=InheritanceSet(group=sub, inherits=True))
    back = ScriptedMove(since=Since.RESTORE, after=8 * HOUR, move=Move.ROLL_BACK)
    facts = await hole("a place is gone", 15, spec.model_copy(update=update), inherits).acting(back).played()
    assert facts.outcome is Outcome.ROLLED_BACK
    assert [each.name for each in facts.lost] == []
