"""What replaced servers sign: a person compares dates (rule 24c), and clients show it (rule 24b)."""

from collections.abc import Iterator

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, Gate, GatePurpose, ScopeName
from rotation.plan.work.task import CompareSignedFiles
from rotation.proof.gate import minimum
from rotation.proof.moved_policy import verifying
from rotation.values import ServerName

_WEEKEND = 3
"""Over a weekend no client may come for three times as long."""


def compare_signed_files(choices: ProcedureChoices, wave: int, server: ServerName) -> Iterator[Console]:
    """Before clients have to verify what a server signs: its .SIG files are newer than its certificate."""
    if any(pair.secure_communications for owner in choices.scopes for pair in owner.pairs):
        work = CompareSignedFiles(server=server)
        yield Console(id="", number="signed", wave=wave, title=f"Compare the .SIG files of {server}", work=work)


def shown_by_clients(choices: ProcedureChoices, wave: int, *, asks: bool) -> Iterator[Gate]:
    """Dates are a hint, the client is the proof: a policy is moved, and taken from a server that was replaced.

    A client stays with its server for a day, so as long it may take until one is there; then three heartbeats.
    Nothing can be moved or read over REST where a site has none.

    Args:
        choices: the plan's.
        wave: the wave that follows.
        asks: whether the gate asks a person after a weekend without a client at a replaced server.
    """
    if choices.unread or not any(verifying(owner) for owner in choices.scopes):
        return
    least = minimum(owner for owner in choices.scopes if owner.treatment is Treatment.FAILOVER)
    least += choices.limits.publish_delay
    yield Gate(
        id="",
        number="shown",
        wave=wave,
        title="Wait until clients take a new policy from a replaced server",
        purpose=GatePurpose.SIGNED,
        scope=ScopeName.FAILOVER,
        minimum=least,
        patience=choices.limits.stays * (_WEEKEND if asks else 1) + least,
        asks=asks,
    )
