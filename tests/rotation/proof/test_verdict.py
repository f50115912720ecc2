"""The sum of a reading, and when it passes."""

from hypothesis import given
from hypothesis import strategies as st

from rotation.proof.verdict import ClientEvidence, Judgement, Reason, Verdict, tally
from rotation.values import ClientId

ONE = ClientId("c1")


def judged(*verdicts):
    """A judgement of each verdict."""
    return [
        Judgement(client=ONE, verdict=verdict, reason=Reason.NOT_SEEN, evidence=ClientEvidence(client=ONE))
        for verdict in verdicts
    ]


@given(verdicts=st.lists(st.sampled_from(Verdict), max_size=12))
def test_one_client_that_is_waited_for_holds_the_gate(verdicts):
    """A gate passes when no client is waited for and, where one is merely safe, another has proven the way."""
    counted = tally(judged(*verdicts))
    waits, proven, safe = (verdict in verdicts for verdict in (Verdict.WAITING, Verdict.COVERED, Verdict.SAFE))
    assert counted.total == len(verdicts) == sum(counted.by_verdict.values()) == sum(counted.by_reason.values())
    assert counted.reached == (not waits and (proven or not safe))


def test_rule_4_images_and_names_left_out_are_no_proof():
    """No client has proven that the way is open: an image's machine and a client that was given up do not count."""
    assert not tally(judged(Verdict.IMAGE, Verdict.SAFE)).reached
    assert not tally(judged(Verdict.LEFT_OUT, Verdict.SAFE)).reached
    assert tally(judged(Verdict.COVERED, Verdict.SAFE)).reached


def test_gate_without_clients_passes():
    """Without clients there is nothing to prove."""
    assert tally([]).reached
