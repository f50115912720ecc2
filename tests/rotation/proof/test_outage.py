"""Who has come while HTTPS is shut holds an HTTP list; while a server is stopped, it finds another one (rule 18)."""

import pytest

from rotation.plan.step import GatePurpose
from rotation.proof.coverage import judge
from rotation.proof.outage import missing
from rotation.proof.verdict import Reason, Verdict


@pytest.fixture
def rule(make):
    """Ports shut ten minutes after the start; not, where that is None."""

    def build(minutes=10):
        since = None if minutes is None else make.at(minutes=minutes)
        return make.gate_rule(purpose=GatePurpose.LISTED, reference=None, changed_from=None, outage_since=since)

    return build


@pytest.mark.parametrize("seen", [None, -90, 9, 10])
def test_an_earlier_check_in_shows_nothing(make, rule, seen):
    """It may have come over HTTPS: its client is waited for, away or not."""
    judged = make.judge(rule(), make.client("c1", seen=seen))
    wanted = Reason.NOT_SEEN if seen is None else Reason.NOT_OVER_HTTP
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, wanted)


def test_a_later_one_shows_the_list_without_any_serial(make, rule):
    """And goes on doing so, when a port is found open later."""
    came = make.client("c1", seen=11)
    judged = make.judge(rule(), came)
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.CAME_OVER_HTTP)
    assert make.judge(rule(), make.client("c1", seen=11, server=None)).verdict is Verdict.COVERED
    assert make.judge(rule(None), came, evidence=judged.evidence).verdict is Verdict.COVERED


def test_while_a_port_answers_nothing_is_shown(make, rule):
    """No client shows anything, however new its check-in is."""
    assert make.judge(rule(None), make.client("c1", seen=99)).verdict is Verdict.WAITING


def test_both_machines_of_a_record_have_to_come(make, rule):
    """The row shows one of them."""
    came, other = make.client("c1", seen=11), make.client("c2", seen=5)
    judged = make.judge(rule(), came, twin=other)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.SHARED_RECORD)
    assert make.judge(rule(), came, twin=make.client("c2", seen=12)).verdict is Verdict.COVERED


def test_images_and_who_was_left_out_hold_nothing(make, rule):
    """As in any gate."""
    gone = make.client("c1", seen=-90)
    assert make.judge(rule(), gone, left_out=True).verdict is Verdict.LEFT_OUT
    assert make.judge(rule(), gone, non_persistent=True).verdict is Verdict.IMAGE


def test_who_was_there_until_it_was_shut_is_named(make, rule):
    """Clients that were away before, or have come since, are not named."""
    asked = rule()
    clients = {"there": 9, "away": -90, "came": 11}
    entries = [make.entry(make.client(name, seen=seen), id=name) for name, seen in clients.items()]
    judged = [judge(entry, asked, None) for entry in entries]
    found = missing(entries, judged, {entry.owner: asked for entry in entries})
    assert [entry.id for entry in found] == ["there"]


@pytest.fixture
def stopped(make):
    """The server s1 stopped ten minutes after the start; not, where that is None."""

    def build(minutes=10):
        since = None if minutes is None else make.at(minutes=minutes)
        return make.gate_rule(
            purpose=GatePurpose.ELSEWHERE, reference=None, changed_from=None, outage_since=since, stopped="s1"
        )

    return build


def test_a_check_in_at_another_server_shows_that_it_is_found(make, stopped):
    """Not one at the stopped server, which would run still, nor an earlier one."""
    judged = make.judge(stopped(), make.client("c1", seen=11, server="s2"))
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.CAME_ELSEWHERE)
    for seen, at in ((11, "s1"), (10, "s2")):
        waits = make.judge(stopped(), make.client("c1", seen=seen, server=at))
        assert (waits.verdict, waits.reason) == (Verdict.WAITING, Reason.NOT_ELSEWHERE)
    assert make.judge(stopped(), make.client("c1", seen=11, server=None)).verdict is Verdict.COVERED


def test_who_was_away_before_is_not_waited_for(make, stopped):
    """Nor one that is off since an earlier stop: a client that finds no other server has come back to it meanwhile."""
    judged = make.judge(stopped(), make.client("c1", seen=-90))
    assert (judged.verdict, judged.reason) == (Verdict.SAFE, Reason.AWAY_BEFORE)
    off, back = make.client("c1", seen=9), make.client("c1", seen=195)
    first = make.judge(stopped(), off)
    assert first.verdict is Verdict.WAITING
    assert make.judge(stopped(200), off, evidence=first.evidence).verdict is Verdict.SAFE
    assert make.judge(stopped(200), back, evidence=first.evidence).verdict is Verdict.WAITING


def test_a_client_is_away_three_heartbeats_before_the_stop_or_where_sepm_does_not_list_it(make, stopped):
    """Seen 15 minutes before it, the client may have been cut off by it; one that is not listed holds nothing up."""
    verdicts = [make.judge(stopped(), make.client("c1", seen=minute)).verdict for minute in (-5, -6)]
    assert verdicts == [Verdict.WAITING, Verdict.SAFE]
    gone = make.vanish(stopped())
    assert (gone.verdict, gone.reason) == (Verdict.SAFE, Reason.AWAY_BEFORE)


def test_while_the_server_answers_nothing_is_shown(make, stopped):
    """No check-in counts, and no client counts as away."""
    for seen in (-90, 99):
        assert make.judge(stopped(None), make.client("c1", seen=seen, server="s2")).verdict is Verdict.WAITING


def test_another_machine_of_a_record_comes_too_unless_it_was_away(make, stopped):
    """The row shows one of them."""
    came = make.client("c1", seen=11, server="s2")
    there, away, shown = (make.client("c2", seen=seen, server="s2") for seen in (5, -90, 12))
    assert make.judge(stopped(), came, twin=there).reason is Reason.SHARED_RECORD
    assert {make.judge(stopped(), came, twin=twin).verdict for twin in (away, shown)} == {Verdict.COVERED}
