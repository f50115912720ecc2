"""Losses that are no violation: each excuse holds where it should, and nowhere else."""

from dataclasses import replace
from datetime import timedelta

import pytest

from emulator.spec import HandOutSpec
from emulator.state.draws import identity
from emulator.state.effects import Actor
from rotation.plan.work.task import ReplaceCertificate
from simulation.judged.exemptions import exempted
from tests.simulation.losses import effect, lost

MINUTE = timedelta(minutes=1)


def test_what_the_promise_does_not_cover_is_exempt_with_a_reason(played):
    """Cut off before it began, left out by name, or cut off by an unasked act."""
    asked = effect(played, "console.replace_certificate", "SEPM-1", "new")
    unasked = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.PERSON)
    before = lost(played, asked, first_failed=played.began - timedelta(days=1))
    assert "before" in str(exempted(before, played))
    assert "by name" in str(exempted(lost(played, asked), replace(played, named_at={"client": played.began})))
    assert "somebody" in str(exempted(lost(played, unasked), played))
    assert exempted(lost(played, asked), played) is None


def test_a_client_named_only_after_the_loss_is_not_exempt(played):
    """Leaving out a client that is cut off already makes nothing good."""
    asked = effect(played, "console.replace_certificate", "SEPM-1", "new")
    named = replace(played, named_at={"client": played.ended + timedelta(days=1)})
    assert exempted(lost(played, asked), named) is None


def test_a_machine_that_was_left_out_by_name_stays_so_with_another_record(played):
    """It was put back to an image behind the plan, and SEPM has made a new record for it; no other machine is meant."""
    asked = effect(played, "console.replace_certificate", "SEPM-1", "new")
    first = identity(played.scenario.spec.seed, "client", "PC-0001")
    named = replace(played, named_at={first: played.began})
    assert "by name" in str(exempted(lost(played, asked, name="PC-0001"), named))
    assert exempted(lost(played, asked, name="PC-0002"), named) is None


def test_a_client_trusted_by_name_before_the_loss_is_exempt(played):
    """In the plan or in an amendment, where it does not reach every server; not by an amendment that comes too late."""
    asked = effect(played, "console.replace_certificate", "SEPM-1", "new")
    batch = played.scenario.spec.clients[0].model_copy(update={"prefix": "PC", "reachable_servers": frozenset({"S"})})
    spec = played.scenario.spec.model_copy(update={"clients": (batch,)})
    played = replace(played, scenario=played.scenario.model_copy(update={"spec": spec}))
    gone = lost(played, asked, name="PC-0001")
    late = played.ended + timedelta(days=1)
    whys = [exempted(gone, replace(played, trusted_at={"client": at})) for at in (played.began, late)]
    assert whys == ["a person took it on trust, by name", None]


def test_only_a_canary_behind_a_proxy_is_exempt(played):
    """A plan names the canaries beforehand; every other network is shown before its clients go to plain HTTP."""
    (owner,) = [each for each in played.body.scopes if each.path == "My Company\\Legacy"]
    asked = effect(played, "rest.sem_server", owner.path, "Default", "copy")
    blocked = lost(played, asked, name="OLD-0001", group=owner.path, first_why="its network lets no HTTP through to S")
    first = played.body.model_copy(update={"canaries": (owner.group_id,)})
    named = replace(played, last_plan=played.last_plan.model_copy(update={"body": first}))
    assert "canary that was named beforehand" in str(exempted(blocked, named))
    assert exempted(blocked, played) is None, "nobody has gone first"
    root = next(each for each in played.body.scopes if each.path == "My Company")
    relaxed = root.model_copy(update={"treatment": owner.treatment})
    scopes = tuple(relaxed if each is root else each for each in played.body.scopes)
    body = played.body.model_copy(update={"scopes": scopes, "canaries": (root.group_id,)})
    shown = replace(played, last_plan=played.last_plan.model_copy(update={"body": body}))
    batch = played.scenario.spec.clients[0].model_copy(update={"group": root.path, "away": (), "location": "Default"})
    spec = played.scenario.spec.model_copy(update={"clients": (*played.scenario.spec.clients, batch)})
    shown = replace(shown, scenario=played.scenario.model_copy(update={"spec": spec}))
    assert exempted(blocked, shown) is None
    approval = played.trail[-1].model_copy(
        update={"message": "ann and eve let the rotation go on without the canaries", "at": played.began}
    )
    assert "two persons" in str(exempted(blocked, replace(shown, trail=(*played.trail, approval))))
    late = approval.model_copy(update={"at": played.ended + timedelta(days=1)})
    assert exempted(blocked, replace(shown, trail=(*played.trail, late))) is None


def test_a_signature_that_does_not_verify_is_no_exemption(played):
    """An operator compares the files that a server signs before a client has to verify them (rule 24c)."""
    spec = played.scenario.spec
    switches = spec.switches.model_copy(update={"stale_sig_files": True})
    scenario = played.scenario.model_copy(update={"spec": spec.model_copy(update={"switches": switches})})
    asked = effect(played, "rest.secure_communications", "My Company", "Default", "true")
    gone = lost(played, asked, first_why="the policy file of SEPM-1 does not verify")
    assert exempted(gone, replace(played, scenario=scenario)) is None


@pytest.mark.parametrize("minutes", [-10, 10])
def test_who_was_a_canary_when_it_failed_is_one_wherever_it_was_moved_since(played, minutes):
    """A client that left the canaries after it failed was among the first; one that left before, of the rest.

    And the group of the canaries has been moved since.
    """
    (owner,) = [each for each in played.body.scopes if each.path == "My Company\\Legacy"]
    root = next(each for each in played.body.scopes if each.path == "My Company")
    spec = played.scenario.spec
    spec = spec.model_copy(update={"switches": spec.switches.model_copy(update={"stale_sig_files": True})})
    batch = spec.clients[0].model_copy(
        update={"group": owner.path, "away": (), "location": "Default", "prefix": "CANARY"}
    )
    spec = spec.model_copy(update={"clients": (*spec.clients, batch)})
    pairs = tuple(each.model_copy(update={"needs_unverified": True, "needs_list": True}) for each in owner.pairs)
    scopes = (
        owner.model_copy(update={"pairs": pairs}),
        *(each.model_copy(update={"treatment": owner.treatment}) for each in played.body.scopes if each is not owner),
    )
    body = played.body.model_copy(update={"scopes": scopes, "canaries": (owner.group_id,)})
    at = played.journal[0].at
    journal = (
        effect(played, "machine.move", "CANARY-0001", root.path, actor=Actor.SITE_EVENT, at=at + minutes * MINUTE),
        effect(
            played,
            "console.move_group",
            owner.path,
            "My Company\\Sales\\Legacy",
            actor=Actor.SITE_EVENT,
            at=played.ended,
        ),
    )
    facts = replace(
        played,
        last_plan=played.last_plan.model_copy(update={"body": body}),
        scenario=played.scenario.model_copy(update={"spec": spec}),
        journal=journal,
    )
    asked = effect(played, "rest.sem_server", owner.path, "Default", "copy")
    why = "its network lets no HTTP through to SEPM-1"
    gone = lost(played, asked, name="CANARY-0001", group=root.path, first_why=why, first_failed=at)
    first = "its network lets no plain HTTP through, and it was a canary that was named beforehand"
    assert exempted(gone, facts) == (first if minutes > 0 else None)


def test_an_unasked_key_is_exempt_only_while_it_could_not_be_seen(played):
    """A write that was asked for publishes again, and a server signs it with an unasked key."""
    at = played.journal[0].at
    asked = effect(played, "rest.secure_communications", "My Company", "Default", "false", at=at)
    gone = lost(played, asked, first_why="the policy file of SEPM-1 does not verify", first_failed=at)
    whys = []
    for minutes in (2, 60):
        act = effect(
            played,
            "console.generate_certificate",
            "SEPM-1",
            "other",
            actor=Actor.SITE_EVENT,
            at=at - timedelta(minutes=minutes),
        )
        whys.append(exempted(gone, replace(played, journal=(act, *played.journal))))
    assert whys == [
        "no person asked for the key that it was signed with: console.generate_certificate by site event",
        None,
    ]


def test_a_client_that_took_an_unasked_certificate_may_be_lost_when_the_right_one_is_put_back(played):
    """Putting it back cuts off clients that took the other one; where that was asked for too, no loss is excused."""
    at = played.journal[0].at
    back = effect(
        played, "console.restore_certificate", "SEPM-1", "right", actor=Actor.TASK, at=at - timedelta(hours=1)
    )
    gone = lost(played, back, first_why="it does not hold the certificate that SEPM-1 shows", first_failed=at)
    whys = []
    for actor in (Actor.SITE_EVENT, Actor.TASK):
        other = effect(
            played, "console.generate_certificate", "SEPM-1", "other", actor=actor, at=at - timedelta(hours=8)
        )
        whys.append(exempted(gone, replace(played, journal=(other, back, *played.journal))))
    assert whys == ["it had taken a certificate that no person asked for, and the right one was put back", None]


UNDONE = (
    ("console.secure_communications", "true", "the policy file of SEPM-1 does not verify"),
    ("console.assign_list", "Own list", "it does not hold the certificate that SEPM-1 shows"),
)


@pytest.mark.parametrize("what", UNDONE)
@pytest.mark.parametrize(
    ("actor", "minutes", "is_exempt"),
    [(Actor.SITE_EVENT, 2, True), (Actor.SITE_EVENT, 300, False), (Actor.TASK, 2, False)],
)
def test_for_whom_readiness_was_undone_just_before_the_replacement_may_be_lost(played, what, actor, minutes, is_exempt):
    """A person did it unasked, too late for the last look; hours before, the product knows of it."""
    kind, value, why = what
    at, subject = played.journal[0].at, ("My Company", "Default")
    undone = effect(played, kind, *subject, value, actor=actor, at=at - minutes * MINUTE)
    swap = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK, at=at)
    repair = effect(played, "rest.secure_communications", *subject, "false", at=at + MINUTE)
    facts = replace(played, journal=(undone, swap, repair))
    reasons = [
        exempted(lost(facts, repair, group="My Company\\Sales", first_why=each), facts) for each in (why, "down")
    ]
    assert [each is not None and each.startswith("no person asked") for each in reasons] == [is_exempt, False]


@pytest.mark.parametrize(("look", "is_exempt"), [(3, True), (1, False)])
def test_a_look_right_before_the_work_leaves_less_exempt(played, look, is_exempt):
    """What was undone two minutes before the replacement is excused, but not where the site was looked at since."""
    kind, value, why = next(iter(UNDONE))
    at, subject = played.journal[0].at, ("My Company", "Default")
    undone = effect(played, kind, *subject, value, actor=Actor.SITE_EVENT, at=at - 2 * MINUTE)
    swap = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK, at=at)
    repair = effect(played, "rest.secure_communications", *subject, "false", at=at + MINUTE)
    swaps = (each for each in played.tasks if isinstance(each.work, ReplaceCertificate))
    task = next(each for each in swaps if each.work.server == "SEPM-1")
    task = task.model_copy(update={"opened_at": at - 9 * MINUTE, "closed_at": at + MINUTE})
    journal, begins = (undone, swap, repair), {task.id: at - look * MINUTE}
    facts = replace(played, journal=journal, tasks=(task,), begins=begins)
    reason = exempted(lost(facts, repair, group="My Company\\Sales", first_why=why), facts)
    assert (reason is not None) is is_exempt


@pytest.mark.parametrize(
    ("actor", "after", "value", "is_exempt"),
    [
        (Actor.MISTAKE, 300, "false", True),
        (Actor.TASK, 300, "false", False),
        (Actor.MISTAKE, -300, "false", False),
        (Actor.MISTAKE, 300, "true", False),
    ],
)
def test_a_client_made_to_verify_behind_the_replacement_may_be_lost_when_it_is_put_right(
    played, actor, after, value, is_exempt
):
    """Unasked, behind it, and cut off by the very policy that relaxes it again; a restore excuses nothing."""
    at, subject = played.journal[0].at, ("My Company", "Default")
    swap = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK, at=at)
    act = effect(played, "console.secure_communications", *subject, "true", actor=actor, at=at + after * MINUTE)
    right = effect(played, "rest.secure_communications", *subject, value, at=at + 400 * MINUTE)
    facts = replace(played, journal=tuple(sorted((swap, act, right), key=lambda each: each.at)))
    gone = lost(facts, right, group="My Company\\Sales", first_why="the policy file of SEPM-1 does not verify")
    why = exempted(gone, facts)
    assert (why is not None and "before it knew" in why) == is_exempt


def test_so_may_not_one_that_gets_its_copied_list_again_meanwhile(played):
    """No exemption is wider than it was: what gives a list again relaxes nothing."""
    at, subject = played.journal[0].at, ("My Company", "Default")
    swap = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK, at=at)
    act = effect(played, "console.secure_communications", *subject, "true", actor=Actor.SITE_EVENT, at=at + MINUTE)
    right = effect(played, "rest.sem_server", *subject, played.body.copies[0].copy_name, at=at + 400 * MINUTE)
    facts = replace(played, journal=(swap, act, right))
    gone = lost(facts, right, group="My Company\\Sales", first_why="the policy file of SEPM-1 does not verify")
    assert exempted(gone, facts) is None


@pytest.mark.parametrize(("minutes", "is_exempt"), [(2, True), (300, False)])
def test_who_came_from_an_old_image_just_before_the_replacement_may_be_lost(played, minutes, is_exempt):
    """Although a server has seen it since: the operator who held the task had read the proof before."""
    at = played.journal[0].at
    image = effect(played, "machine.reimage", "PC-1", actor=Actor.SITE_EVENT, at=at - minutes * MINUTE)
    swap = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK, at=at)
    facts = replace(played, journal=(image, swap))
    whys = [exempted(lost(facts, swap, name=name, first_why="down"), facts) for name in ("PC-1", "PC-2")]
    assert [why is not None and "old image" in why for why in whys] == [is_exempt, False]


@pytest.mark.parametrize(
    ("by", "hours", "is_exempt"),
    [("Rogue", 1, True), ("Script", 1, False), ("Rogue", -1, False), ("Rogue", 600, False)],
    ids=["unknown to people", "known to people", "after the replacement", "a contact lies between"],
)
def test_whom_an_unknown_script_gave_an_old_list_before_the_replacement_may_be_lost(played, by, hours, is_exempt):
    """What people know of they were asked to stop: the product has to ask."""
    swap = effect(played, "console.replace_certificate", "SEPM-1", "new", actor=Actor.TASK, at=played.ended)
    cut_off = lost(played, swap, first_failed=played.ended)
    at = played.ended - timedelta(hours=hours)
    given = effect(played, "machine.sylink", cut_off.name, by, actor=Actor.SITE_EVENT, at=at)
    scripts = (HandOutSpec(name="Script"), HandOutSpec(name="Rogue", known=False))
    scenario = played.scenario.model_copy(
        update={"spec": played.scenario.spec.model_copy(update={"hand_outs": scripts})}
    )
    facts = replace(played, scenario=scenario, journal=(*played.journal, given, swap))
    assert (exempted(cut_off, facts) is not None) is is_exempt
