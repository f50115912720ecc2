"""Rule 10: before a replacement an operator looks what one client of each build holds, since no SEPM API shows it."""

from collections.abc import Iterator, Sequence
from itertools import takewhile

from rotation.plan.procedure_choices import ProcedureChoices
from rotation.plan.scope import Treatment
from rotation.plan.step import Console, Step, Write
from rotation.plan.work.client_look import LookAtClients


def look_at_clients(choices: ProcedureChoices, wave: int) -> Iterator[Console]:
    """Right before a replacement. The activity that opens the task passes it where no group has clients of two builds.

    Clients that fail over have something to take only once a server was replaced: before the first one it is passed
    for them. Of relaxed clients each one has shown by itself what it holds, where HTTPS was shut for that since they
    were relaxed (rule 18). On a way back there is none: it would wait for clients that only the way back brings.
    """
    drilled = bool(choices.https_ports) and (wave == 0 or not choices.keep_relaxed)
    relaxed = any(pair.needs_list for owner in choices.relaxed for pair in owner.pairs) and not drilled
    failover = any(owner.treatment is Treatment.FAILOVER for owner in choices.scopes)
    if relaxed or failover:
        work = LookAtClients(relaxed=relaxed, failover=failover)
        yield _look(wave, work)


def look_before_verifying(choices: ProcedureChoices, wave: int) -> Iterator[Console]:
    """Right before relaxed clients verify again: who has not taken the new certificates by then refuses policies."""
    if any(pair.needs_unverified for owner in choices.relaxed for pair in owner.pairs):
        yield _look(wave, LookAtClients(verifying=True))


def _look(wave: int, work: LookAtClients) -> Console:
    return Console(id="", number="look", wave=wave, title="Look at one client of each build", work=work)


def unwritten_since(steps: Sequence[Step], step: Step) -> frozenset[str]:
    """The ids of those before a step behind which none writes settings: what relaxed clients hold stays."""
    before = reversed(steps[: steps.index(step)])
    return frozenset(each.id for each in takewhile(lambda each: not isinstance(each, Write), before))
