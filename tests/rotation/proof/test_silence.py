"""Clients that a change has silenced are noticed, and those that were away, or came back, are not."""

import pytest

from rotation.proof.reading import judge_all
from rotation.proof.silence import fallen_silent, silenced


@pytest.mark.parametrize(
    ("minute", "server", "now", "silent"),
    [
        (-2, "s1", 18, True),  # there just before, overdue
        (-2, "s1", 17, False),  # not overdue yet: three heartbeats past publishing
        (-2, "s2", 18, False),  # was not at the swapped server
        (-15, "s1", 18, True),  # there three heartbeats before, which is not away yet
        (-16, "s1", 18, False),  # was away already
        (0, "s1", 18, True),  # there in the very moment
        (1, "s1", 18, False),  # came back
        (None, "s1", 18, False),  # was never there
    ],
)
def test_rule_8_clients_that_the_swap_silenced_are_noticed(make, minute, server, now, silent):
    """A client of the swapped server that does not reappear within three heartbeats raises attention."""
    entry = make.entry(make.client("c1", seen=minute, server=server))
    rule = make.swap_rule()
    by_owner = {entry.owner: rule}
    judged = judge_all([entry], by_owner, {})
    found = silenced([entry], judged, by_owner, make.at(minutes=now))
    assert [each.id for each in found] == (["c1"] if silent else [])


def test_of_who_vanished_nothing_is_known(make):
    """A client that SEPM does not list any more may be anywhere."""
    entry = make.entry(observed=None)
    by_owner = {entry.owner: make.swap_rule()}
    assert silenced([entry], judge_all([entry], by_owner, {}), by_owner, make.at(hours=9)) == []


@pytest.mark.parametrize(
    ("seen", "now", "silent"),
    [
        ((-2, -3), 9 * 60, {"c1", "c2"}),  # both were there until then
        ((2, -3), 9 * 60, {"c1", "c2"}),  # one was heard just after it
        ((-2, -900), 9 * 60, {"c1"}),  # the other was away before
        ((-2, 530), 9 * 60, set()),  # one is there: the other may be switched off
        ((-2, 60), 9 * 60, set()),  # one got on behind the replacement, and was switched off later
        ((-2, -3), 17, set()),  # not overdue yet
    ],
)
def test_rule_22_relaxed_clients_are_missed_when_none_of_them_is_heard(make, seen, now, silent):
    """No certificate silences one that does not verify; all of them together, something else has."""
    entries = [make.entry(make.client(f"c{n}", seen=minute), id=f"c{n}") for n, minute in enumerate(seen, start=1)]
    by_owner = {entry.owner: make.swap_rule(relaxed=True) for entry in entries}
    found = silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=now))
    assert {each.id for each in found} == silent


@pytest.mark.parametrize(
    ("minute", "now", "silent"),
    [
        (-25, 40, True),  # just before the first write
        (4, 20, True),  # it took the list, and cannot use it
        (4, 19, False),  # not overdue yet
        (-46, 40, False),  # was away already
        (None, 40, False),  # was never there
    ],
)
def test_rule_10_clients_that_relaxing_silenced_are_noticed_without_a_canary_too(make, minute, now, silent):
    """The first write was half an hour before the last one; gate A8 may wait for as long as a holdout is long."""
    entry = make.entry(make.client("c1", seen=minute))
    by_owner = {entry.owner: make.gate_rule(changed_from=make.at(minutes=-30))}
    judged = judge_all([entry], by_owner, {})
    assert [each.id for each in silenced([entry], judged, by_owner, make.at(minutes=now))] == (["c1"] if silent else [])
    canaries = {entry.owner: make.gate_rule(changed_from=make.at(minutes=-30), canary=True)}
    assert silenced([entry], judged, canaries, make.at(minutes=now)) == []


@pytest.mark.parametrize(
    ("last", "now", "quiet"),
    [(8, 24, True), (8, 23, False), (None, 600, False)],
    ids=["not heard for three heartbeats", "not overdue yet", "never covered"],
)
def test_covered_clients_that_fall_silent_are_named(make, last, now, quiet):
    """They hold no gate any more: the person who replaces the certificate shall know of them."""
    rule, newest = make.gate_rule(), make.serial("G", make.t0)
    readings = [make.client("c1", seen=minute, serial=newest) for minute in ((2, 5, last) if last else (-2,))]
    judged = make.read(rule, *readings)
    entry = make.entry(readings[-1])
    found = fallen_silent([entry], [judged], {entry.owner: rule}, make.at(minutes=now))
    assert [each.id for each in found] == (["c1"] if quiet else [])
