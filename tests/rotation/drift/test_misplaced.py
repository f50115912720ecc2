"""A certificate of the plan at another server than its own."""

import pytest

from rotation.drift.misplaced import MISPLACED, elsewhere, put_right
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import Fingerprint, ServerName

S1, S2 = ServerName("s1"), ServerName("s2")
NEW, OLD = Fingerprint("ab" * 32), Fingerprint("cd" * 32)
WORK = ReplaceCertificate(server=S1, fingerprint_sha256=NEW, has_file=True)


@pytest.mark.parametrize(
    ("wrong", "first", "then"),
    [(S2, f"first put {OLD[:16]}... back into s2", f"then put {NEW[:16]}... into s1"), (S1, NEW[:16], "into s1")],
)
def test_the_other_server_comes_first(wrong, first, then):
    """Its clients may be cut off; each certificate is named."""
    remedy = put_right(WORK, wrong, OLD)
    assert first in remedy
    assert then in remedy


def test_a_server_without_a_new_certificate_is_named():
    """What it presents, whose that is, and what is put back first."""
    found = elsewhere(WORK, S2)
    assert (found.code, found.subject) == (MISPLACED, S2)
    assert "which is for s1" in found.message
    assert "first put the former certificate back into s2" in found.remedy
