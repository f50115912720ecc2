"""Clients that a change has silenced are noticed, and those that were away, or came back, are not."""

import pytest

from rotation.proof.reading import judge_all
from rotation.proof.silence import silenced
from rotation.proof.verdict import RosterEntry


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


def test_rule_8_a_vanished_or_relaxed_client_was_not_silenced_by_its_certificate(make):
    """Who does not verify is not cut off by a certificate, and of who vanished nothing is known."""
    silent = make.client("c1", seen=-2, server="s1")
    stories: list[tuple[RosterEntry, bool]] = [(make.entry(silent), True), (make.entry(observed=None), False)]
    for entry, relaxed in stories:
        by_owner = {entry.owner: make.swap_rule(relaxed=relaxed)}
        judged = judge_all([entry], by_owner, {})
        assert silenced([entry], judged, by_owner, make.at(hours=9)) == []


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
