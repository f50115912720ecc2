"""A person is called when more clients fall silent at once than may have been switched off."""

from datetime import timedelta

import pytest

from rotation.proof.reading import judge_all
from rotation.proof.silence import silenced
from rotation.proof.silence_threshold import unusually_many
from rotation.values import GroupId


def _reported(make, seen, rule, longest=0):
    """Of clients that were heard in those minutes, by owner, those about whom a person is called at minute 20."""
    entries = [
        make.entry(
            make.client(f"{owner}{number}", seen=minute, server="s1"),
            owner=owner,
            id=f"{owner}{number}",
            longest_silence=timedelta(minutes=longest),
        )
        for owner, minutes in seen.items()
        for number, minute in enumerate(minutes)
    ]
    by_owner = dict.fromkeys(seen, rule)
    silent = silenced(entries, judge_all(entries, by_owner, {}), by_owner, make.at(minutes=20))
    return {entry.id for entry in unusually_many(silent, entries, by_owner, make.at(minutes=20))}


@pytest.mark.parametrize(
    ("seen", "reported"),
    [
        ({"G": (-2, -2, 10)}, set()),  # two may have been switched off
        ({"G": (-2, -2)}, {"G0", "G1"}),  # not when they are all that there are
        ({"G": (-2,), "H": (-60,)}, {"G0"}),  # the other was away before
        ({"G": (-2,), "H": (10,)}, set()),
        ({"G": (-2, -2, -2)}, {"G0", "G1", "G2"}),
        ({"G": (-2, -2, -2, 10, 10, 10)}, {"G0", "G1", "G2"}),  # half of those that were there
        ({"G": (-2, -2, -2, 10, 10, 10, 10)}, set()),  # the lesser part
        ({"G": (-2, -2, -2, -60, -60, -60, -60)}, {"G0", "G1", "G2"}),  # the others were away before
        ({"G": (-2, -2), "H": (-2,)}, {"G0", "G1", "H0"}),  # of two groups together
        ({"G": (-2, -2, -2), "H": (10,) * 4}, {"G0", "G1", "G2"}),  # of one group, most of it
        ({"G": (-2, -2, -2), "H": (-2, *(10,) * 9)}, {"G0", "G1", "G2"}),  # one more in another
    ],
)
def test_rule_22_behind_a_write_most_of_those_that_were_there_are_named(make, seen, reported):
    """Fewer than three, or the lesser part of a group, are switched off on any evening."""
    assert _reported(make, seen, make.gate_rule(changed_from=make.at())) == reported


@pytest.mark.parametrize(
    ("below", "reported"),
    [((-2, -2, -2), 3), ((-2, -2), 0), ((-2, -2, -2, 10), 0), ((-2, -2, -2, -60), 3)],
    ids=["all of it", "two may have been switched off", "one is there", "one was away before"],
)
def test_rule_22_a_group_that_inherits_is_named_when_all_of_it_is_silent(make, below, reported):
    """Behind a write: its owner has many others, which go on. One of its clients that goes on shows another cause."""
    seen = [("B", minute) for minute in below] + [("G", 10)] * 9
    entries = [
        make.entry(make.client(f"c{number}", group, seen=minute), owner=GroupId("G"), id=f"c{number}")
        for number, (group, minute) in enumerate(seen)
    ]
    by_owner = {GroupId("G"): make.gate_rule(changed_from=make.at())}
    now = make.at(minutes=20)
    silent = silenced(entries, judge_all(entries, by_owner, {}), by_owner, now)
    assert len(unusually_many(silent, entries, by_owner, now)) == reported


@pytest.mark.parametrize(("seen", "reported"), [((-2, -2, 10), 0), ((-2, -2), 2), ((-2, -2, -2, 10, 10, 10, 10), 3)])
def test_rule_8_behind_a_replacement_three_clients_of_its_server_are_named(make, seen, reported):
    """The row of a client that has gone on to another server does not show which one it was at before."""
    assert len(_reported(make, {"G": seen}, make.swap_rule())) == reported


@pytest.mark.parametrize(("verifying", "reported"), [((-2, -2), 4), ((-2, 10), 2)], ids=["all of them", "one of two"])
def test_behind_a_replacement_clients_that_verify_are_compared_with_one_another(make, verifying, reported):
    """Relaxed clients are reported as soon as all of them are silent; they do not count among those that verify."""
    rules = {GroupId("G"): make.swap_rule(), GroupId("H"): make.swap_rule(relaxed=True)}
    entries = [
        make.entry(make.client(f"{owner}{number}", seen=minute), owner=owner, id=f"{owner}{number}")
        for owner, minutes in (("G", verifying), ("H", (-2, -2)))
        for number, minute in enumerate(minutes)
    ]
    silent = silenced(entries, judge_all(entries, rules, {}), rules, make.at(minutes=20))
    assert len(unusually_many(silent, entries, rules, make.at(minutes=20))) == reported


@pytest.mark.parametrize(("longest", "reported"), [(21, 3), (22, 0)])
@pytest.mark.parametrize("rule", ["gate_rule", "swap_rule"])
def test_clients_that_are_switched_off_each_night_call_no_person(make, rule, longest, reported):
    """They have been silent for as long before, and came back."""
    more = {"changed_from": make.at()} if rule == "gate_rule" else {}
    assert len(_reported(make, {"G": (-2, -2, -2)}, getattr(make, rule)(**more), longest)) == reported
