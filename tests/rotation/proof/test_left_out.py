"""Clients that persons leave out by name: no gate waits for them."""

from rotation.plan.step import GatePurpose
from rotation.proof.verdict import Reason, Verdict


def seen(make, minute, serial):
    """A client that was heard at `minute`, with the serial of a policy made at another one."""
    return make.client("c1", seen=minute, server="s2", serial=make.serial("G", make.at(minutes=serial)))


def test_rule_10_a_canary_that_was_left_out_and_gets_on_shows_it(make):
    """It holds no gate, and is as good as any other to show that its group gets on; the gate for all leaves it out."""
    shown, former = [seen(make, minute, 0) for minute in (1, 6)], seen(make, -5, -90)
    for canary, verdict in ((True, Verdict.COVERED), (False, Verdict.LEFT_OUT)):
        rule = make.gate_rule(GatePurpose.VERIFYING, canary=canary)
        judged = [make.read(rule, *rows, left_out=True).verdict for rows in (shown, [former])]
        assert judged == [verdict, Verdict.LEFT_OUT]


def test_rule_1_left_out_takes_a_name(make):
    """Only a named person takes a client out, however long it is away."""
    away = make.client("c1", seen=-200 * 24 * 60)
    assert make.read(make.gate_rule(), away).verdict is Verdict.WAITING
    judged = make.read(make.gate_rule(), away, left_out=True)
    assert (judged.verdict, judged.reason) == (Verdict.LEFT_OUT, Reason.LEFT_OUT_BY_NAME)
