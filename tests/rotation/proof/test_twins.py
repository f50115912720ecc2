"""Rule 23: a record that two machines have counts as covered only when both of them hold the policy."""

import pytest

from rotation.proof.verdict import DrillRound, Reason, Verdict
from rotation.values import ServerName


def shown(make, minute, *, serial, name="c1", server="s2"):
    """A machine as a reading shows it, last seen at `minute`; its serial is of the policy made at that minute."""
    return make.client(name, "G", seen=minute, server=server, serial=make.serial("G", make.at(minutes=serial)))


def test_the_machine_that_a_row_does_not_show_has_to_hold_the_policy_too(make):
    """The row shows one that is ready; the other one was last shown with the policy of before, and is away."""
    ready = [shown(make, minute, serial=0) for minute in (1, 6, 11)]
    judged = make.read(make.gate_rule(), *ready, twin=shown(make, -90, serial=-99, name="c2"))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.SHARED_RECORD)
    back = make.read(make.gate_rule(), *ready, twin=shown(make, 9, serial=0, name="c2"))
    assert (back.verdict, back.reason) == (Verdict.COVERED, Reason.SERIAL_CONFIRMED)


def test_a_person_leaves_both_out(make):
    """By the name of the record, which tells the other one."""
    entry = make.entry(shown(make, 1, serial=0), twin=shown(make, -90, serial=-99, name="c2"), left_out=True)
    assert entry.label == "C1 (record shared with C2)"
    assert make.judge(make.gate_rule(), shown(make, 1, serial=0), left_out=True).verdict is Verdict.LEFT_OUT


@pytest.mark.parametrize(
    ("minute", "wanted"),
    [(5, Verdict.COVERED), (3, Verdict.COVERED), (2, Verdict.WAITING), (-90, Verdict.WAITING)],
    ids=["came after it", "just after lists were published", "before they were", "is away"],
)
def test_before_clients_verify_again_the_other_machine_must_have_come_too(make, minute, wanted):
    """It has to take the list with the new certificate before it gets the policy that verifies."""
    rule = make.swap_rule(relaxed=True, verifies_next=True)
    times = [shown(make, minute, serial=-99) for minute in (5, 10, 15)]
    assert make.read(rule, *times, twin=shown(make, minute, serial=-99, name="c2"), relaxed=True).verdict is wanted


def test_between_replacements_a_machine_that_is_away_holds_the_relaxed_policy(make):
    """It comes back over plain HTTP, whatever certificate is in."""
    times = [shown(make, minute, serial=-99) for minute in (5, 10)]
    judged = make.read(make.swap_rule(relaxed=True), *times, twin=shown(make, -90, serial=-99, name="c2"), relaxed=True)
    assert judged.verdict is Verdict.COVERED


@pytest.mark.parametrize(("serial", "wanted"), [(3, Verdict.COVERED), (-99, Verdict.WAITING)], ids=["newest", "older"])
def test_a_contact_of_the_other_machine_counts_with_the_newest_policy_only(make, serial, wanted):
    """As of the machine that the row shows: with an older policy it may have taken nothing."""
    rule = make.swap_rule(relaxed=True, verifies_next=True, published=make.at(minutes=3))
    times = [shown(make, minute, serial=3) for minute in (5, 10)]
    assert make.read(rule, *times, twin=shown(make, 7, serial=serial, name="c2"), relaxed=True).verdict is wanted


def test_canaries_and_a_drill_do_not_ask_for_the_other_machine_and_no_gate_asks_twice(make):
    """The gate for all asks for it; once both were proven, what the row shows of the other one later is no matter."""
    ready, old = [shown(make, minute, serial=0) for minute in (1, 6, 11)], shown(make, -90, serial=-99, name="c2")
    assert make.read(make.gate_rule(canary=True), *ready, twin=old).verdict is Verdict.COVERED
    drill = make.gate_rule(drill=DrillRound(offers=(frozenset({ServerName("s1"), ServerName("s2")}),)))
    at_both = frozenset({ServerName("s1"), ServerName("s2")})
    assert make.judge(drill, ready[0], twin=old, seen_at=at_both).verdict is Verdict.COVERED
    proven = make.read(make.gate_rule(), *ready)
    assert make.judge(make.gate_rule(), ready[2], proven.evidence, twin=old).verdict is Verdict.COVERED


def test_where_clients_fail_over_a_machine_that_is_away_finds_another_server(make):
    """The holdout is kept for it, whatever record it has."""
    times = [shown(make, minute, serial=-99) for minute in (5, 10, 15)]
    judged = make.read(make.swap_rule(), *times, twin=shown(make, -90, serial=-99, name="c2"))
    assert judged.verdict is Verdict.COVERED
