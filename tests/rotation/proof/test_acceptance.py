"""Clients that check in after a replacement and take nothing: a contact is not acceptance."""

from datetime import timedelta

import pytest

from rotation.plan.step import GatePurpose
from rotation.proof.acceptance import keeps_older, without_proof
from rotation.proof.verdict import ClientEvidence, Reason, Verdict
from rotation.values import ClientId


@pytest.fixture
def rule(make):
    """A swap at minute 0, whose owner's newest policy is of minute 10; two minutes may pass until it is published."""
    return make.swap_rule().model_copy(update={"published": make.at(minutes=10)})


@pytest.fixture
def seen(make):
    """A client as read, last seen at `minute`; its serial is of the policy made at that minute."""

    def build(minute, serial, server="s2", of="G"):
        return make.client("c1", "G", seen=minute, server=server, serial=make.serial(of, make.at(minutes=serial)))

    return build


def test_rule_11_three_check_ins_with_an_older_policy_are_refusing(make, rule, seen):
    """At servers that it trusts too: it gets in, and what they publish it does not take. Two may be two downloads."""
    first, second, third = (seen(minute, -90) for minute in (13, 18, 23))
    twice = make.read(rule, first, second, second, second)
    assert (twice.verdict, twice.reason) == (Verdict.WAITING, Reason.AT_UNTRUSTED_SERVER)
    judged = make.read(rule, first, second, third)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.REFUSING)
    assert make.read(rule, first, second, third, third).reason is Reason.REFUSING


def test_rule_11_contact_with_an_old_policy_covers_no_client(make, rule, seen):
    """Neither at the swapped server nor twice at one that it trusts; a contact with the newest policy does."""
    shows = rule.model_copy(update={"swap": make.swap_rule(shows=True).swap})
    assert make.read(shows, seen(11, -90, "s1")).verdict is Verdict.WAITING
    assert make.read(rule, seen(3, -90), seen(11, -90)).verdict is Verdict.WAITING
    assert make.read(shows, seen(11, 10, "s1")).reason is Reason.CONTACT_AT_SWAPPED_SERVER
    assert make.read(rule, seen(11, 10), seen(16, 10)).reason is Reason.TWO_TRUSTED_CONTACTS


def test_rule_11_no_client_refuses_a_policy_that_is_just_published(make, rule, seen):
    """Until it must be there, an older one is the newest that a client can have."""
    judged = make.read(rule, *(seen(minute, -90) for minute in (3, 7, 9, 10, 11, 12)))
    assert judged.reason is not Reason.REFUSING
    assert make.read(rule, *(seen(minute, -90) for minute in (12, 17, 22))).reason is not Reason.REFUSING


def test_rule_11_a_client_with_the_newest_policy_refuses_nothing(make, rule, seen):
    """However often it comes to a server that it need not trust: what is missing there is another contact."""
    judged = make.read(rule, *(seen(minute, 10, "s1") for minute in (13, 18, 23)))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.AT_UNTRUSTED_SERVER)


def test_rule_11_two_machines_of_a_record_are_counted_each_by_its_own_check_ins(make, rule, seen):
    """The row shows one that was there later, and then the other one three times with an older policy."""
    readings = [seen(18, -90), *(seen(minute, -95) for minute in (13, 14, 15))]
    assert make.read(rule, *readings).reason is Reason.REFUSING


def test_what_a_client_has_shown_goes_as_a_whole(make):
    """Only what it refuses is kept; a statement of two persons is no reason any more."""
    at = make.at(minutes=5)
    kept = {"client": ClientId("c1"), "older_times": 3, "older_seen": at, "older_serial": make.t0}
    known = ClientEvidence(serial_seen=at, contact_seen=at, covered=True, reason=Reason.STATED, **kept)
    assert without_proof(known) == ClientEvidence(**kept)


def test_rule_11_a_client_that_takes_policies_late_does_not_refuse_them(make, rule, seen):
    """An administrator edits the group as often as it reports: each time the client holds another, older policy."""
    later = rule.model_copy(update={"published": make.at(minutes=20)})
    before = make.read(rule, seen(13, -90), seen(18, -90))
    assert make.judge(later, seen(23, 10), before.evidence).reason is not Reason.REFUSING
    assert make.judge(later, seen(23, -90), before.evidence).reason is Reason.REFUSING


def test_rule_11_a_client_that_refuses_is_not_covered_any_more(make, rule, seen):
    """What it showed before was before: it is proven again by what it shows when it takes its policy."""
    before = make.swap_rule(reference=make.at(minutes=3)).model_copy(update={"published": make.at(minutes=3)})
    covered = make.read(before, seen(4, 3))
    assert covered.verdict is Verdict.COVERED
    evidence = covered.evidence
    for minute in (13, 18):
        evidence = make.judge(rule, seen(minute, 3), evidence).evidence
    assert evidence.covered
    refusing = make.judge(rule, seen(23, 3), evidence)
    assert (refusing.verdict, refusing.reason) == (Verdict.WAITING, Reason.REFUSING)
    assert not refusing.evidence.covered
    taken = make.judge(rule, seen(28, 10), refusing.evidence)
    assert taken.reason is Reason.SEEN_ONCE
    assert make.judge(rule, seen(33, 10), taken.evidence).verdict is Verdict.COVERED


def test_rule_15_a_way_back_does_not_wait_for_whom_the_rest_of_it_brings(make, rule, seen):
    """It refuses what s2 signs, and s2 gets its old certificate back next; what it had proven is outdated."""
    readings = [seen(minute, -90) for minute in (13, 18, 23)]
    back = rule.model_copy(update={"goes_back_later": frozenset({"s2"})})
    judged = make.read(back, *readings)
    assert (judged.verdict, judged.reason) == (Verdict.SAFE, Reason.BROUGHT_BACK_LATER)
    assert not judged.evidence.covered
    knows_new = make.read(back, *readings, knows_new=True)
    assert (knows_new.verdict, knows_new.reason) == (Verdict.WAITING, Reason.REFUSING), "its server publishes first"
    elsewhere = rule.model_copy(update={"goes_back_later": frozenset({"s3"})})
    assert make.read(elsewhere, *readings).reason is Reason.REFUSING


def test_rule_15_a_way_back_does_not_wait_for_whom_only_the_old_certificate_brings(make, seen):
    """Not heard since a new certificate came, a client knows the old one; heard since, it may know the new one only."""
    before, since = seen(-20, -90), seen(5, -90)
    rule = make.gate_rule(new_since=make.at(minutes=0), reference=make.at(minutes=30))
    judged = make.judge(rule, before)
    assert (judged.verdict, judged.reason) == (Verdict.SAFE, Reason.KNOWS_FORMER)
    assert make.judge(rule, since).verdict is Verdict.WAITING
    assert make.judge(rule.model_copy(update={"new_since": None}), before).verdict is Verdict.WAITING
    assert make.judge(rule, seen(0, -90)).verdict is Verdict.WAITING, "heard in that moment"
    never = make.judge(rule, make.client("c1", seen=None))
    assert (never.verdict, never.reason) == (Verdict.WAITING, Reason.NOT_SEEN)
    proven = ClientEvidence(client=ClientId("c1"), covered=True, reason=Reason.SERIAL_CONFIRMED)
    assert make.judge(rule, before, proven).verdict is Verdict.COVERED
    shared = make.judge(rule, before, twin=since)
    assert (shared.verdict, shared.reason) == (Verdict.WAITING, Reason.SHARED_RECORD), "the other one was heard"


def test_rule_11_who_keeps_an_older_policy_behind_a_write_refuses(make, seen):
    """Three check-ins after each server has published: where settings went back, or are relaxed on a way back."""
    readings = [seen(minute, -90) for minute in (13, 18, 23)]
    known = {"purpose": GatePurpose.VERIFYING, "reference": make.at(minutes=3), "published": make.at(minutes=3)}
    rule = make.gate_rule(**known, settle=timedelta(minutes=2))
    assert make.read(rule, *readings).reason is Reason.REFUSING
    assert make.read(rule, *readings[:2]).reason is not Reason.REFUSING
    assert make.read(rule, *(seen(minute, -90) for minute in (4, 5, 13, 18))).reason is not Reason.REFUSING
    assert make.read(make.gate_rule(**known), *readings).reason is not Reason.REFUSING


def test_rule_11_the_policy_of_another_group_says_nothing(make, rule, seen):
    """It was moved, and has not taken its new group's policy yet."""
    judged = make.read(rule, *(seen(minute, -90, of="Other") for minute in (13, 18, 23)))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.AT_UNTRUSTED_SERVER)


@pytest.mark.parametrize(("minute", "serial", "keeps"), [(41, -90, True), (40, -90, False), (41, 10, False)])
def test_rule_28_who_keeps_an_older_policy_is_not_back(make, seen, minute, serial, keeps):
    """Half an hour after one was made, it should have that or a newer one, though another was made just now."""
    allowed, published = timedelta(minutes=30), make.at(minutes=10)
    for dates in ([published], [published, make.at(minutes=39)]):
        assert keeps_older(seen(minute, serial), dates, allowed=allowed) is keeps
    assert not keeps_older(None, [published], allowed=allowed)
    assert not keeps_older(seen(minute, serial), [], allowed=allowed)
