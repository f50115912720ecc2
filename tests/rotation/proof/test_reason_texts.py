"""Reasons of verdicts in words."""

from rotation.proof.reason_texts import REASONS
from rotation.proof.verdict import Reason


def test_each_reason_has_words_of_its_own():
    """A person reads no code, and can tell two reasons apart."""
    assert set(REASONS) == set(Reason)
    assert len({each.english for each in REASONS.values()}) == len(Reason)
    assert all("-" not in each.english.split()[0] for each in REASONS.values())
