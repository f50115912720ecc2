"""A known certificate at the wrong server: what the operator puts right first."""

from rotation.finding import Finding, blocking
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import Fingerprint, ServerName

MISPLACED = "unexpected-certificate"
_SHOWN = 16
"""Hexadecimal digits of a fingerprint that are shown."""


def misplaced(work: ReplaceCertificate, server: ServerName, presents: Fingerprint, expected: Fingerprint) -> Finding:
    """A server presents a certificate of the plan that is not its own.

    Another server than that of the task is put right first: its clients may be cut off meanwhile.

    Args:
        work: the replacement whose task is open.
        server: which server presents it.
        presents: what it presents.
        expected: what it should present now.
    """
    text = f"{server} presents {presents[:_SHOWN]}..., which is not what it should present now"
    return blocking(MISPLACED, server, text, _remedy(work, server, expected))


def _remedy(work: ReplaceCertificate, server: ServerName, expected: Fingerprint) -> str:
    if server == work.server:
        return f"put the certificate of this task, {work.fingerprint_sha256[:_SHOWN]}..., into {server}"
    return (
        f"first put {expected[:_SHOWN]}... back into {server}, from its newest recovery file that has it; then put "
        f"{work.fingerprint_sha256[:_SHOWN]}... into {work.server}"
    )
