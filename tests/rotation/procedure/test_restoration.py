"""The plan of a restore: every recorded pair goes back to what it was."""

from datetime import timedelta

import pytest

from rotation.plan.plan import ListCopy
from rotation.plan.refusals import PlanRefusedError
from rotation.plan.scope import Treatment
from rotation.plan.step import Gate, ScopeName
from rotation.plan.work.hand_outs import HandOut, HandOutKind, Stopped
from rotation.plan.work.task import ReorderList, StartHandOuts
from rotation.procedure.restoration import Interrupted, OriginalPair, make_restore_plan
from rotation.survey import Pair
from rotation.values import ListName, PlanId, ServerName

COPY = ListName("Default List (HTTP for certificate rotation)")
LEFT = {"server_list": COPY, "secure": False}


@pytest.fixture
def restore(make):
    """The restore of a site of two servers that was left with `groups`, after `swapped` were replaced."""

    def build(
        *groups,
        recorded=("G", "H"),
        swapped=(),
        copies=True,
        clients=None,
        reordered=(),
        hand_outs=None,
        another=(),
        **original,
    ):
        site = make.site("s1", "s2")
        before = [make.group(path, **original) for path in recorded]
        stuck = [make.client("d1", "H", build="14.2.1.0"), make.client("c1")]
        ran = make.plan(site, make.group("G"), make.group("H"), clients=clients or stuck)
        originals = [
            OriginalPair(
                pair=Pair(group_id=group.id, location_id=location.id),
                group_path=group.path,
                location_name=location.name,
                settings=location.settings,
            )
            for group in before
            for location in group.locations
        ]
        made = (ListCopy(source=ListName("Default List"), copy_name=COPY),) if copies else ()
        interrupted = Interrupted(
            plan=ran,
            originals=tuple(originals),
            copies=made,
            reordered=reordered,
            hand_outs=hand_outs or Stopped(),
            swapped=swapped,
            another=another,
        )
        survey = make.survey(site, *groups)
        return make_restore_plan(site, "survey", survey, interrupted, plan_id=PlanId("restore"), now=make.t0)

    return build


def numbers(plan):
    """The steps with what they are. A restore has no waves."""
    assert {step.wave for step in plan.body.steps} == {0}
    return [(step.number, step.kind) for step in plan.body.steps]


def test_before_any_swap_settings_go_back_at_once(make, restore):
    """The old certificates are in force: every setting is safe, nothing is waited for but the closing check."""
    plan = restore(make.group("G"), make.group("H", **LEFT))
    assert numbers(plan) == [
        ("preflight", "preflight"),
        ("A10c", "write"),
        ("A10d", "write"),
        ("A2-undo", "console"),
        ("closing", "closing"),
    ]
    assert (plan.body.purpose, plan.body.waves, plan.body.certificates) == ("restore", (), ())


def test_lists_that_a_drill_left_reordered_are_put_back_first(make, restore):
    """Their own order is asked for as a console task, before any setting is written."""
    work = ReorderList(list=ListName("Default List"), order=((ServerName("s1"), ServerName("s2")),), restores=True)
    plan = restore(make.group("G"), make.group("H", **LEFT), reordered=(work,))
    assert numbers(plan)[:3] == [("preflight", "preflight"), ("B1-undo", "console"), ("A10c", "write")]
    assert plan.body.steps[1].work == work


def test_what_was_stopped_is_started_at_the_end(make, restore):
    """What hands out Sylink.xml, and was stopped, is named in the last task; where nothing was, there is none."""
    stopped = Stopped(what=(HandOut(kind=HandOutKind.GPO, name="Script"),), unstated=True)
    plan = restore(make.group("G"), make.group("H", **LEFT), hand_outs=stopped)
    assert numbers(plan)[-2:] == [("hand-outs", "console"), ("closing", "closing")]
    assert plan.body.steps[-2].work == StartHandOuts(stopped=stopped.what, unstated=True)


def test_after_a_swap_every_write_is_gated(make, restore):
    """First who does not verify takes the new certificate, then it verifies, then it goes back to its list."""
    plan = restore(make.group("G"), make.group("H", **LEFT), swapped=("s1",))
    assert numbers(plan)[1:8] == [
        ("A10b", "gate"),
        ("signed", "console"),
        ("look", "console"),
        ("A10c", "write"),
        ("A10c", "gate"),
        ("A10d", "write"),
        ("A10d", "gate"),
    ]
    assert [step.server for step in plan.body.steps if isinstance(step, Gate)] == ["s1", None, None]
    assert [chosen.server for chosen in plan.body.certificates] == ["s1"]


def test_rule_4_after_a_swap_images_are_refreshed_before_clients_verify_again(make, restore):
    """They were made before the new certificate was in; where no certificate was replaced any image is good."""
    left, clients = [make.group("G"), make.group("H", **LEFT)], [make.client("v", "H", images=True, build="14.2.1.0")]
    after = [number for number, _ in numbers(restore(*left, swapped=("s1",), clients=clients))]
    assert after[after.index("signed") :][:4] == ["signed", "look", "images", "A10c"]
    assert after.count("images") == 2, "and at the end"
    assert "images" not in {number for number, _ in numbers(restore(*left, clients=clients))}


@pytest.mark.parametrize(("h_relaxed", "first"), [(True, ["H"]), (False, [])])
def test_rule_13_a_gated_restore_goes_canary_first_too(make, restore, h_relaxed, first):
    """Canaries of the interrupted plan go first again, unless none would follow; G alone differs in the second case."""
    ran = {"build": "14.2.1.0"}
    clients = [make.client("d1", "H", **ran), make.client("c1", **ran), make.client("c2", **ran)]
    groups = make.group("G", **LEFT), make.group("H", **(LEFT if h_relaxed else {}))
    plan = restore(*groups, swapped=("s1",), clients=clients)
    assert [owner.path for owner in plan.body.owners(ScopeName.CANARIES)] == first
    gated = [number for number, kind in numbers(plan) if kind == "gate"]
    assert gated == ["A10b", *(["A10c", "A10d"] * (len(first) + 1))]


def test_only_groups_that_differ_are_written(make, restore):
    """A group that is as recorded is left alone."""
    plan = restore(make.group("G"), make.group("H", **LEFT))
    assert {scope.path: scope.treatment for scope in plan.body.scopes} == {
        "G": Treatment.FAILOVER,
        "H": Treatment.RELAX,
    }


@pytest.mark.parametrize("left", [{"server_list": COPY}, {"secure": False}])
def test_half_a_relaxation_differs_too(make, restore, left):
    """It ended between A5 and A7, or between A10c and A10d."""
    plan = restore(make.group("G"), make.group("H", **left))
    assert [scope.path for scope in plan.body.scopes if scope.treatment is Treatment.RELAX] == ["H"]


def test_recorded_state_goes_back_and_not_on(make, restore):
    """Secure communications that were off before are off after."""
    plan = restore(make.group("G", secure=False), make.group("H", **LEFT), secure=False)
    assert [pair.secure_communications for scope in plan.body.scopes for pair in scope.pairs] == [False, False]


def test_everything_as_recorded_needs_no_write(make, restore):
    """Nothing differs: the site is looked at, and that is all."""
    plan = restore(make.group("G"), make.group("H"), copies=False)
    assert numbers(plan) == [("preflight", "preflight"), ("closing", "closing")]


def test_group_gone(make, restore):
    """A recorded group is gone: a person must look where its clients are."""
    with pytest.raises(PlanRefusedError) as refused:
        restore(make.group("H", **LEFT))
    assert [(found.code, found.subject) for found in refused.value.findings] == [("group-gone", "G")]


def test_group_parent_unread(make, restore):
    """A survey that is not whole is refused with a finding, not with a crash."""
    groups = make.group("G"), make.group("H", **LEFT), make.group("X\\Y", inherits=True)
    with pytest.raises(PlanRefusedError) as refused:
        restore(*groups)
    assert [found.code for found in refused.value.findings] == ["group-parent-unread"]


def test_location_that_is_gone_differs(make, restore):
    """A recorded location that is not there any more is tried to be put back, and so shows."""
    plan = restore(make.group("G", make.location("Other")), make.group("H"))
    assert [scope.path for scope in plan.body.scopes if scope.treatment is Treatment.RELAX] == ["G"]


def test_restore_says_what_it_does(make, restore):
    """One finding with the number of pairs, and times that begin now."""
    plan = restore(make.group("G"), make.group("H", **LEFT))
    assert [(found.code, found.message) for found in plan.findings] == [
        ("restore", "2 (group, location) pairs go back to what they were")
    ]
    assert plan.times[0].earliest == make.t0
    assert plan.least == timedelta(minutes=5)


def test_a_certificate_that_the_rotation_did_not_leave_is_shown_to_the_approver(restore, make):
    """The plan has the server's name, and what to do before it is approved."""
    plan = restore(make.group("G"), make.group("H", **LEFT), swapped=("s1",), another=("s1",))
    (found,) = [each for each in plan.findings if each.code == "restore-another-certificate"]
    assert (found.subject, found.severity.value) == ("s1", "warning")
    assert "put the right one into s1" in found.remedy
    assert any(isinstance(step, Gate) for step in plan.body.steps)
