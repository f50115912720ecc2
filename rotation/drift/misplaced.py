"""A certificate of the plan at another server than its own: what the operator puts back first."""

from rotation.finding import Finding, blocking
from rotation.plan.work.task import ReplaceCertificate
from rotation.values import Fingerprint, ServerName

MISPLACED = "unexpected-certificate"
_SHOWN = 16
"""Hexadecimal digits of a fingerprint that are shown."""


def elsewhere(work: ReplaceCertificate, server: ServerName) -> Finding:
    """The certificate of the task at a server to which the plan gives none."""
    return blocking(
        MISPLACED,
        server,
        f"{server} presents {work.fingerprint_sha256[:_SHOWN]}..., which is for {work.server}",
        f"first put the former certificate back into {server}, from its newest recovery file that is older than this "
        f"task; then put this one into {work.server}",
    )


def put_right(work: ReplaceCertificate, wrong: ServerName, expected: Fingerprint) -> str:
    """What puts a known certificate at the wrong server right: another server first, whose clients it may cut off."""
    if wrong == work.server:
        return f"put the certificate of this task, {work.fingerprint_sha256[:_SHOWN]}..., into {wrong}"
    return (
        f"first put {expected[:_SHOWN]}... back into {wrong}, from its newest recovery file that has it; then put "
        f"{work.fingerprint_sha256[:_SHOWN]}... into {work.server}"
    )
