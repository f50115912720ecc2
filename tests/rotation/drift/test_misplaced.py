"""A known certificate at the wrong server."""

from rotation.drift.misplaced import MISPLACED, misplaced
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import Fingerprint, ServerName

S1, S2 = ServerName("s1"), ServerName("s2")
NEW, OLD, OTHER = Fingerprint("ab" * 32), Fingerprint("cd" * 32), Fingerprint("ef" * 32)
WORK = ReplaceCertificate(server=S1, fingerprint_sha256=NEW, has_file=True)


def test_another_server_is_put_right_first():
    """Its clients may be cut off: it gets back what it had, and each certificate is named."""
    found = misplaced(WORK, S2, NEW, OLD)
    assert (found.code, found.subject) == (MISPLACED, S2)
    assert f"s2 presents {NEW[:16]}" in found.message
    assert found.remedy.startswith(f"first put {OLD[:16]}... back into s2")
    assert found.remedy.endswith(f"then put {NEW[:16]}... into s1")


def test_the_server_of_the_task_gets_the_certificate_of_the_task():
    """Nothing goes back there first."""
    assert misplaced(WORK, S1, OTHER, OLD).remedy == f"put the certificate of this task, {NEW[:16]}..., into s1"
