"""Rule 23: a record that two machines have counts as covered only when both of them hold the policy."""

import pytest

from rotation.proof.verdict import Reason, Verdict


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
    ("minute", "wanted"), [(5, Verdict.COVERED), (-90, Verdict.WAITING)], ids=["came after it", "is away"]
)
def test_before_clients_verify_again_the_other_machine_must_have_come_too(make, minute, wanted):
    """It has to take the list with the new certificate before it gets the policy that verifies."""
    rule = make.swap_rule(relaxed=True, verifies_next=True)
    times = [shown(make, minute, serial=-99) for minute in (5, 10, 15)]
    assert make.read(rule, *times, twin=shown(make, minute, serial=-99, name="c2"), relaxed=True).verdict is wanted


def test_where_clients_fail_over_a_machine_that_is_away_finds_another_server(make):
    """The holdout is kept for it, whatever record it has."""
    times = [shown(make, minute, serial=-99) for minute in (5, 10, 15)]
    judged = make.read(make.swap_rule(), *times, twin=shown(make, -90, serial=-99, name="c2"))
    assert judged.verdict is Verdict.COVERED
