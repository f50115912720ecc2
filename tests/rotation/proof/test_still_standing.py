"""What a later look at the settings leaves of the evidence of clients (rule 12a)."""

import pytest

from rotation.proof.coverage import outdates
from rotation.proof.reading import still_standing
from rotation.proof.verdict import ClientEvidence, Reason
from rotation.values import ClientId


def proven(evidence):
    """The clients of which some proof is left."""
    return {client for client, each in evidence.items() if each.covered or each.serial_seen or each.contact_seen}


def test_rule_12_who_reports_a_policy_of_the_time_between_is_not_covered_any_more(make):
    """The proof of that client goes. The proof of a client with the right policy, or of one that is not read, stays."""
    rule = make.gate_rule()
    evidence = make.read(
        rule, *(make.client("c1", seen=m, serial=make.serial("G", make.t0)) for m in (1, 6, 11))
    ).evidence
    right = make.entry(make.client("c1", serial=make.serial("G", make.at(minutes=1))), id="right")
    wrong = make.entry(make.client("c1", serial=make.serial("G", make.at(minutes=-1))), id="wrong")
    unasked = make.entry(make.client("c1", "H"), group="H", id="unasked")
    vanished = make.entry(observed=None, id="vanished")
    never = make.entry(make.client("c1"), id="never")
    kept = dict.fromkeys(("right", "wrong", "unasked", "vanished"), evidence)
    entries = [right, wrong, unasked, vanished, never]
    assert proven(still_standing(entries, {right.owner: rule}, kept)) == {"right", "unasked", "vanished"}
    assert set(kept) == {"right", "wrong", "unasked", "vanished"}, "what was given is not changed"


def test_what_two_persons_state_stands_against_policies_that_were_there_then(make):
    """A serial that was not copied, from between the change and the statement; not an earlier one, nor a newer one."""
    rule = make.gate_rule(exact=True)
    policies = {"between": 3, "right": 0, "old": -1, "newer": 9}
    entries = [
        make.entry(make.client("c1", seen=30, serial=make.serial("G", make.at(minutes=made))), id=name)
        for name, made in policies.items()
    ]
    entries += [make.entry(make.client("c1", seen=30), id="none")]
    stated = ClientEvidence(client=ClientId("c1"), contact_seen=make.at(minutes=5), covered=True, reason=Reason.STATED)
    kept = {ClientId(name): stated for name in (*policies, "none")}
    assert proven(still_standing(entries, {entries[0].owner: rule}, kept)) == {"between", "right"}
    read = stated._replace(reason=Reason.SERIAL_CONFIRMED)
    assert proven(still_standing(entries, {entries[0].owner: rule}, dict.fromkeys(kept, read))) == {"right"}


@pytest.mark.parametrize(
    ("seen", "made", "speaks"),
    [
        (6, -1, True),
        (6, 0, False),
        (6, 5, False),
        (6, 5.1, True),
        (6, None, True),
        (5, -1, False),
        (5, None, False),
        (None, None, False),
    ],
    ids=["old", "the change", "the statement", "newer", "none", "no check-in since", "none since", "never seen"],
)
def test_a_check_in_speaks_against_a_statement_only_after_it_and_by_a_policy_of_another_time(make, seen, made, speaks):
    """The policies of the change and of the statement itself were there when two persons looked at them."""
    serial = None if made is None else make.serial("G", make.at(minutes=made))
    stated = ClientEvidence(client=ClientId("c1"), contact_seen=make.at(minutes=5), covered=True, reason=Reason.STATED)
    assert outdates(make.client("c1", seen=seen, serial=serial), make.gate_rule(exact=True), stated) is speaks


def test_a_policy_of_another_group_speaks_against_a_statement(make):
    """It is of the time between, and two persons have looked at the policies of the client's own group."""
    stated = ClientEvidence(client=ClientId("c1"), contact_seen=make.at(minutes=5), covered=True, reason=Reason.STATED)
    moved = make.client("c1", seen=6, serial=make.serial("H", make.at(minutes=3)))
    assert outdates(moved, make.gate_rule(exact=True), stated)


def test_who_keeps_an_older_policy_is_still_known_to_when_the_settings_are_looked_at_again(make):
    """A claim on the way back does not wait for it: the old certificate brings it (rule 15)."""
    rule = make.gate_rule()
    entry = make.entry(make.client("c1", seen=30, serial=make.serial("G", make.at(minutes=-1))), id="c1")
    refusing = ClientEvidence(client=ClientId("c1"), older_times=3, older_serial=make.at(minutes=-1))
    assert still_standing([entry], {entry.owner: rule}, {ClientId("c1"): refusing}) == {"c1": refusing}
