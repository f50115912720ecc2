"""Verdicts on clients: each rule of proof as a story of readings."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from rotation.plan.step import GatePurpose
from rotation.proof.coverage import judge
from rotation.proof.verdict import ClientEvidence, Reason, Verdict
from rotation.values import ClientId

NEVER_SAFE = {"relaxed": True, "knows_another": True}


def seen(make, minute, *, serial=None, server="s2", group="G", of=None, **fields):
    """A client as read, last seen at `minute`; its serial is of the policy made at that minute."""
    text = None if serial is None else make.serial(of or group, make.at(minutes=serial))
    return make.client("c1", group, seen=minute, server=server, serial=text, **fields)


# -- canaries ----------------------------------------------------------------------------------------


def test_rule_10_a_canary_that_was_away_is_left_to_the_gate_for_all(make):
    """It cannot show whether its path works, and nothing irreversible follows: the few others need not wait for it."""
    rule = make.gate_rule(canary=True)
    away = make.read(rule, seen(make, -60, serial=-90))
    assert (away.verdict, away.reason) == (Verdict.SAFE, Reason.AWAY_CANARY)
    assert make.read(make.gate_rule(), seen(make, -60, serial=-90)).verdict is Verdict.WAITING


def test_rule_10_a_canary_that_was_there_and_is_silent_holds_its_gate(make):
    """It spoke just before the write: its port may be blocked."""
    judged = make.read(make.gate_rule(canary=True), seen(make, -5, serial=-90))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NOT_SEEN)


@pytest.mark.parametrize(("minute", "verdict"), [(-5, Verdict.WAITING), (-60, Verdict.SAFE), (None, Verdict.SAFE)])
def test_rule_10_a_canary_that_sepm_has_forgotten_was_away_only_when_it_was(make, minute, verdict):
    """SEPM purges clients that are silent for a month: of one that the write has silenced that proves nothing."""
    gone = make.entry(last_known=None if minute is None else make.at(minutes=minute))._replace(observed=None)
    assert judge(gone, make.gate_rule(canary=True), None).verdict is verdict


def test_rule_10_a_canary_that_the_first_of_several_writes_has_silenced_holds_its_gate(make):
    """It spoke until its list was changed; half an hour later, at the last write, it only looks as if it were away."""
    rule = make.gate_rule(canary=True, changed_from=make.at(minutes=-30))
    assert make.read(rule, seen(make, -31, serial=-90)).verdict is Verdict.WAITING
    assert make.read(rule, seen(make, -46, serial=-90)).verdict is Verdict.SAFE


# -- the gate A8 -------------------------------------------------------------------------------------


def test_rule_10_one_check_in_with_the_serial_is_not_enough(make):
    """It fetched the policy on the old path; the port of the new one may be blocked in its network."""
    once = seen(make, 1, serial=0)
    judged = make.read(make.gate_rule(), once, once, once)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.SEEN_ONCE)


def test_rule_10_the_third_check_in_covers_before_a_swap(make):
    """The first took the policy, the second may have fetched the list on the old path; the third used the new one."""
    first, second, third = (seen(make, minute, serial=0) for minute in (1, 6, 11))
    assert make.read(make.gate_rule(), first, second).reason is Reason.SEEN_ONCE
    assert make.read(make.gate_rule(), first, second, seen(make, None)).reason is Reason.NOT_SEEN, "SEPM shows none"
    judged = make.read(make.gate_rule(), first, second, third)
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.SERIAL_CONFIRMED)


def test_rule_13_a_second_later_check_in_covers_after_a_restore(make):
    """Its path is that of the list which it has: with the serial it has verified a file, and then it came once more."""
    rule = make.gate_rule(GatePurpose.VERIFYING)
    judged = make.read(rule, seen(make, 1, serial=0), seen(make, 6, serial=0))
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.SERIAL_CONFIRMED)


def test_rule_9_a_serial_before_the_reference_is_old(make):
    """It checked in after the write and still holds the policy of before."""
    judged = make.read(make.gate_rule(), seen(make, 1, serial=-1), seen(make, 6, serial=-1))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.OLD_POLICY)


def test_rule_12_a_policy_between_two_that_were_found_right_is_named(make):
    """The policy was made between two looks: it is not an old one, but its content is unknown."""
    rule = make.gate_rule().model_copy(update={"earlier": frozenset({make.at(minutes=-5)})})
    between, before = (make.read(rule, seen(make, 6, serial=serial)) for serial in (-2, -9))
    assert (between.verdict, between.reason) == (Verdict.WAITING, Reason.UNSEEN_POLICY)
    assert before.reason is Reason.OLD_POLICY


def test_rule_9_without_a_reference_nothing_is_proven(make):
    """The policy date never moved: whatever clients report, it proves nothing."""
    judged = make.read(make.gate_rule(reference=None), seen(make, 1, serial=0), seen(make, 6, serial=0))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.REFERENCE_MISSING)


def test_rule_9_a_serial_of_another_group_proves_nothing(make):
    """It was moved into the group and still holds its former group's policy, which is newer and verifies."""
    first, second = (seen(make, minute, serial=5, of="Other") for minute in (6, 11))
    judged = make.read(make.gate_rule(), first, second)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.OTHER_GROUPS_POLICY)


def test_a_check_in_at_the_reference_is_one(make):
    """What it lacks is the policy, not the check-in."""
    judged = make.read(make.gate_rule(), seen(make, 0, serial=-1))
    assert judged.reason is Reason.OLD_POLICY


@pytest.mark.parametrize("text", [None, "", "nonsense"])
def test_no_policy(make, text):
    """A client without a readable serial holds no known policy."""
    judged = make.read(make.gate_rule(), make.client("c1", seen=5, serial=text))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NO_POLICY)


@pytest.mark.parametrize("minute", [None, -1])
def test_not_seen(make, minute):
    """It has not checked in since the reference, or never."""
    judged = make.read(make.gate_rule(), make.client("c1", seen=minute))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NOT_SEEN)


def test_rule_14_a_standing_connection_is_no_check_in(make):
    """A client in push mode shows as online for days: only a contact after the reference proves anything."""
    online = seen(make, -1, serial=-30).model_copy(update={"online": True})
    judged = make.read(make.gate_rule(), online, online)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NOT_SEEN)
    assert make.read(make.swap_rule(), online, online).verdict is Verdict.WAITING


def test_rule_1_a_vanished_client_is_waited_for(make):
    """SEPM forgot it, or an administrator deleted its record: it may come back and has proven nothing."""
    judged = make.vanish(make.gate_rule(), **NEVER_SAFE)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.VANISHED)


def test_rule_1_a_proven_client_that_vanishes_stays_proven(make):
    """What it holds it does not lose with its record."""
    proven = make.read(make.gate_rule(), *(seen(make, minute, serial=0) for minute in (1, 6, 11)))
    assert make.vanish(make.gate_rule(), evidence=proven.evidence).verdict is Verdict.COVERED


def test_rule_4_a_non_persistent_client_never_counts_as_covered(make):
    """Its serial is that of this morning's copy of the image; tomorrow it starts from the image again."""
    first, second = (seen(make, minute, serial=0, images=True) for minute in (1, 6))
    judged = make.read(make.gate_rule(), first, second)
    assert (judged.verdict, judged.reason) == (Verdict.IMAGE, Reason.NON_PERSISTENT)


def test_rule_3_no_relaxed_client_is_safe_before_a_swap(make):
    """An absent client of a relaxed group has no server left to come back to: A8 waits for it."""
    judged = make.read(make.gate_rule(), make.client("c1", seen=-90 * 24 * 60), **NEVER_SAFE)
    assert judged.verdict is Verdict.WAITING


@given(
    readings=st.lists(
        st.one_of(st.none(), st.tuples(st.integers(-30, 30), st.one_of(st.none(), st.integers(-30, 30)))), max_size=8
    ),
    swapped=st.booleans(),
)
def test_coverage_is_monotone(make, readings, swapped):
    """Once covered, a client stays so within its gate, unless it shows an older policy later; so does what was seen."""
    rule = make.swap_rule(reference=make.t0) if swapped else make.gate_rule()
    evidence: ClientEvidence | None = None
    covered = False
    for reading in readings:
        if reading is None:
            judged = make.vanish(rule, evidence=evidence)
        else:
            minute, serial = reading
            judged = make.judge(rule, seen(make, minute, serial=serial), evidence)
            since = evidence.serial_seen if evidence is not None else None
            if since is not None and make.at(minutes=minute) > since and serial is not None and serial < 0:
                evidence, covered = None, False
        assert judged.verdict is Verdict.COVERED or not covered
        covered = judged.verdict is Verdict.COVERED
        assert judged.evidence.covered == covered
        if evidence is not None:
            assert evidence.serial_seen in {None, judged.evidence.serial_seen}
            assert evidence.contact_seen in {None, judged.evidence.contact_seen}
        evidence = judged.evidence


@given(serials=st.lists(st.integers(-30, 30), min_size=1, max_size=6), reference=st.integers(-30, 30))
def test_rule_9_and_10_covered_means_a_proven_serial_and_a_later_check_in(make, serials, reference):
    """In whatever order policies arrive, a client is covered when it came three times on end with the serial."""
    rule = make.gate_rule(reference=make.at(minutes=reference))
    readings = [seen(make, 100 + n, serial=serial) for n, serial in enumerate(serials)]
    judged = make.read(rule, *readings)
    assert (judged.verdict is Verdict.COVERED) == (
        len(serials) > 2 and all(serial >= reference for serial in serials[-3:])
    )


def test_rule_23_a_serial_that_goes_back_takes_its_proof_along(make):
    """Two machines under one record: one was covered, and now the row shows the older policy of the other."""
    rule = make.gate_rule()
    covered = [seen(make, minute, serial=0) for minute in (1, 6, 11)]
    assert make.read(rule, *covered).verdict is Verdict.COVERED
    judged = make.read(rule, *covered, seen(make, 13, serial=-9))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.WENT_BACK)
    assert make.read(rule, *covered, seen(make, 13, serial=-9), seen(make, 16, serial=0)).reason is Reason.SEEN_ONCE


def test_rule_23_each_check_in_that_confirms_shows_the_serial(make):
    """The second check-in shows none, and the third one of another group: neither confirms what the first has shown."""
    first = seen(make, 1, serial=0)
    others = [seen(make, 6), seen(make, 11, serial=0, of="H"), seen(make, 16, serial=0)]
    assert make.read(make.gate_rule(), first, *others).reason is Reason.SEEN_ONCE


# -- the gates after a swap --------------------------------------------------------------------------


def test_rule_11_a_serial_that_moved_after_the_swap_covers(make):
    """Its policy was made after the swap, so it came with the new certificate."""
    judged = make.read(make.swap_rule(reference=make.at(minutes=3)), seen(make, 4, serial=3))
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.SERIAL_MOVED_AFTER_SWAP)


def test_rule_11_two_check_ins_at_trusted_servers_cover(make):
    """The first fetched the list with the new certificate, the second shows that it lives."""
    once = make.read(make.swap_rule(), seen(make, 3))
    assert (once.verdict, once.reason) == (Verdict.WAITING, Reason.SEEN_ONCE)
    twice = make.read(make.swap_rule(), seen(make, 3), seen(make, 8))
    assert (twice.verdict, twice.reason) == (Verdict.COVERED, Reason.TWO_TRUSTED_CONTACTS)


def test_rule_11_a_check_in_before_the_list_was_published_proves_nothing(make):
    """Two minutes after the swap, to the minute, the list at s2 may still be the old one."""
    judged = make.read(make.swap_rule(), seen(make, 1), seen(make, 2))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NOT_SEEN)


def test_rule_11_check_ins_at_servers_that_it_may_not_trust_prove_nothing(make):
    """A list whose clients trust a CA: one that is at the swapped server need not hold its certificate."""
    judged = make.read(make.swap_rule(), seen(make, 3, server="s1"), seen(make, 8, server="s1"))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.AT_UNTRUSTED_SERVER)


def test_rule_11_the_second_check_in_counts_only_where_it_trusts(make):
    """First at s2, then at s1, where it may be without knowing the certificate."""
    judged = make.read(make.swap_rule(), seen(make, 3), seen(make, 8, server="s1"))
    assert judged.verdict is Verdict.WAITING


def test_rule_11_a_check_in_at_the_swapped_server_shows_trust(make):
    """Verifying, over HTTPS, without a CA: it could not be there without the new certificate."""
    judged = make.read(make.swap_rule(shows=True), seen(make, 3, server="s1"))
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.CONTACT_AT_SWAPPED_SERVER)


@pytest.mark.parametrize(("shows", "minute"), [(False, 3), (True, 2)])
def test_rule_11_a_check_in_at_the_swapped_server_can_show_nothing(make, shows, minute):
    """Where a client need not hold the certificate to be there, or was there before the swap on another clock."""
    judged = make.read(make.swap_rule(shows=shows), seen(make, minute, server="s1"))
    assert judged.verdict is Verdict.WAITING
    assert make.read(make.swap_rule(shows=shows), seen(make, 3, server="s3")).verdict is Verdict.WAITING


def test_rule_11_relaxed_clients_take_the_certificate_from_any_server(make):
    """They do not verify: two check-ins anywhere, the swapped server included, but not one."""
    rule = make.swap_rule(relaxed=True, shows=True)
    once = make.read(rule, seen(make, 3, server="s1"))
    assert once.verdict is Verdict.WAITING
    twice = make.read(rule, seen(make, 3, server="s1"), seen(make, 8, server="s1"))
    assert (twice.verdict, twice.reason) == (Verdict.COVERED, Reason.TWO_TRUSTED_CONTACTS)


# -- safe without proof ------------------------------------------------------------------------------


def test_away_client_is_protected_by_the_holdout(make):
    """Away before the swap: the next swap leaves it the holdout to come back to."""
    judged = make.read(make.swap_rule(protected=True), make.client("c1", seen=-60))
    assert (judged.verdict, judged.reason) == (Verdict.SAFE, Reason.PROTECTED_BY_HOLDOUT)


def test_client_that_fell_silent_with_the_swap_is_waited_for(make):
    """It spoke 15 minutes before the swap, within its three heartbeats: the swap may be what silenced it."""
    judged = make.read(make.swap_rule(protected=True), make.client("c1", seen=-15))
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NOT_SEEN)
    assert make.read(make.swap_rule(protected=True), make.client("c1", seen=-16)).verdict is Verdict.SAFE


def test_client_that_fell_silent_before_the_swap_was_seen_is_waited_for(make):
    """The certificate was replaced at some moment after the former one was last seen, which may be long before."""
    rule = make.swap_rule(protected=True, former_seen=make.at(minutes=-30))
    assert make.read(rule, make.client("c1", seen=-45)).verdict is Verdict.WAITING
    assert make.read(rule, make.client("c1", seen=-46)).verdict is Verdict.SAFE


def test_rule_3_after_the_holdout_absentees_need_to_know_another_server(make):
    """The holdout itself is to be replaced: who knows no other server is waited for to the end."""
    away = make.client("c1", seen=-60)
    assert make.read(make.swap_rule(), away).verdict is Verdict.WAITING
    knowing = make.read(make.swap_rule(), away, knows_another=True)
    assert (knowing.verdict, knowing.reason) == (Verdict.SAFE, Reason.KNOWS_ANOTHER_SERVER)


def test_away_client_that_holds_the_relaxed_policy_is_safe(make):
    """It was covered at A8 and left: it comes back over HTTP, without verifying."""
    judged = make.read(make.swap_rule(relaxed=True), make.client("c1", seen=-60), relaxed=True)
    assert (judged.verdict, judged.reason) == (Verdict.SAFE, Reason.HOLDS_RELAXED_POLICY)


def test_rule_13_no_client_away_at_the_last_swap_is_safe_before_clients_verify_again(make):
    """It is given the policy that verifies before the list, and knows the former certificate only: it is waited for."""
    rule = make.swap_rule(relaxed=True, verifies_next=True)
    judged = make.read(rule, make.client("c1", seen=-60), relaxed=True)
    assert (judged.verdict, judged.reason) == (Verdict.WAITING, Reason.NOT_SEEN)
    judged = make.read(rule, seen(make, 3), seen(make, 8), relaxed=True)
    assert (judged.verdict, judged.reason) == (Verdict.COVERED, Reason.TWO_TRUSTED_CONTACTS)


def test_rule_11_before_clients_verify_again_a_serial_needs_another_check_in(make):
    """With the policy of after the swap it need not have the list yet: the next check-in fetches it."""
    rule = make.swap_rule(relaxed=True, verifies_next=True, reference=make.at(minutes=1))
    once = make.read(rule, seen(make, 2, serial=1))
    assert (once.verdict, once.reason) == (Verdict.WAITING, Reason.SEEN_ONCE)
    twice = make.read(rule, seen(make, 2, serial=1), seen(make, 7, serial=1))
    assert (twice.verdict, twice.reason) == (Verdict.COVERED, Reason.SERIAL_MOVED_AFTER_SWAP)


@pytest.mark.parametrize("shown", [{}, {"serial": 1, "of": "H"}])
def test_rule_23_before_clients_verify_again_the_second_check_in_shows_the_serial(make, shown):
    """No serial, and that of another group, confirm nothing."""
    rule = make.swap_rule(relaxed=True, verifies_next=True, reference=make.at(minutes=1))
    assert make.read(rule, seen(make, 2, serial=1), seen(make, 7, **shown)).reason is Reason.SEEN_ONCE


def test_rule_23_contacts_too_prove_nothing_once_an_older_policy_is_shown(make):
    """Two machines under one record: the one that was proven by its contacts is not the one that comes now."""
    rule = make.swap_rule(published=make.at(minutes=-5))
    covered = [seen(make, minute, serial=-5) for minute in (3, 8)]
    assert make.read(rule, *covered).verdict is Verdict.COVERED
    assert make.read(rule, *covered, seen(make, 10, serial=-9)).verdict is Verdict.WAITING


def test_away_client_of_a_relaxed_group_without_proof_is_not_safe(make):
    """It may hold the old policy, and a build that does not fail over: no holdout and no other server helps it."""
    rule = make.swap_rule(relaxed=True, protected=True)
    assert make.read(rule, make.client("c1", seen=-60), knows_another=True).verdict is Verdict.WAITING


def test_client_that_left_its_relaxed_group_is_not_safe_for_having_been_relaxed(make):
    """Covered at A8, moved into a group that verifies, took its policy, went away: the holdout must wait for it.

    Its old proof says that it holds the relaxed policy; what it holds is the policy of its new group.
    """
    judged = make.read(make.swap_rule(), make.client("c1", "Verifying", seen=-60), group="Verifying", relaxed=True)
    assert judged.verdict is Verdict.WAITING


@pytest.mark.parametrize("purpose", [GatePurpose.VERIFYING, GatePurpose.RETURNED])
def test_rule_13_while_restoring_away_clients_hold_the_relaxed_policy(make, purpose):
    """They come back over HTTP and get it then; clients that are there must take the restored policy, and prove it."""
    rule = make.gate_rule(purpose)
    assert make.read(rule, make.client("c1", seen=-60), relaxed=True).verdict is Verdict.SAFE
    assert make.read(rule, make.client("c1", seen=-5), relaxed=True).verdict is Verdict.WAITING
    assert make.read(rule, make.client("c1", seen=-60)).verdict is Verdict.WAITING


def test_without_a_reference_no_client_is_known_to_be_away(make):
    """A client is away before a reference: where none is fixed, no client is safe."""
    rule = make.gate_rule(GatePurpose.VERIFYING, reference=None)
    assert make.read(rule, make.client("c1", seen=-600), relaxed=True).verdict is Verdict.WAITING


@given(minute=st.integers(-1000, 20), flags=st.lists(st.booleans(), min_size=4, max_size=4))
def test_no_client_there_at_the_swap_is_safe(make, minute, flags):
    """Whatever else is known, a client seen later than three heartbeats before the swap is never merely safe."""
    relaxed, protected, holds, knows = flags
    rule = make.swap_rule(relaxed=relaxed, protected=protected, trusted=())
    judged = make.read(rule, make.client("c1", seen=minute, server="s1"), relaxed=holds, knows_another=knows)
    assert judged.verdict is not Verdict.SAFE or make.at(minutes=minute) < make.t0 - timedelta(minutes=15)


def test_evidence_of_another_gate_is_not_made_up(make):
    """Without evidence a client begins with none."""
    judged = make.read(make.gate_rule(), make.client("c1", seen=None))
    assert judged.evidence == ClientEvidence(client=ClientId("c1"))
