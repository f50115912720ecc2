"""Clients that check in again after a recovery. Nothing that clients hold has changed, so going on cuts off none."""

from collections.abc import Collection, Iterable, Iterator, Mapping, Sequence
from datetime import datetime

from rotation.plan.plan import PlanBody
from rotation.plan.step import Console
from rotation.plan.work.task import PutCertificateBack
from rotation.proof.verdict import ClientEvidence, Judgement, Reason, RosterEntry, Verdict
from rotation.values import ClientId, ServerName, Value


class PutBack(Value):
    """When the certificates were seen to be back, on SEPM's clock, and which clients that can have silenced."""

    since: datetime
    """The last of them; with the skew between the servers' clocks."""
    quiet_before: datetime
    """A client that was silent even then was away already."""


def works(body: PlanBody) -> tuple[PutCertificateBack, ...]:
    """What a recovery puts back."""
    return tuple(
        step.work for step in body.steps if isinstance(step, Console) and isinstance(step.work, PutCertificateBack)
    )


def judge_returned(
    entries: Iterable[RosterEntry], back: PutBack, kept: Mapping[ClientId, ClientEvidence]
) -> tuple[Judgement, ...]:
    """Where each client stands: heard since, away before the damage already, or waited for.

    Args:
        entries: every client ever seen.
        back: when the certificates were back.
        kept: what was seen of them before: a client that was heard again stays so.
    """
    return tuple(_judge(entry, back, kept.get(entry.id)) for entry in entries)


def _judge(entry: RosterEntry, back: PutBack, kept: ClientEvidence | None) -> Judgement:
    seen = entry.observed.last_seen if entry.observed else None
    evidence = kept or ClientEvidence(client=entry.id)
    if entry.left_out:
        return Judgement(entry.id, Verdict.LEFT_OUT, Reason.LEFT_OUT_BY_NAME, evidence)
    if evidence.covered:
        return Judgement(entry.id, Verdict.COVERED, evidence.reason or Reason.HEARD_AGAIN, evidence)
    if entry.non_persistent:
        return Judgement(entry.id, Verdict.IMAGE, Reason.NON_PERSISTENT, evidence)
    if seen is not None and seen > back.since:
        heard = evidence._replace(contact_seen=seen, covered=True, reason=Reason.HEARD_AGAIN)
        return Judgement(entry.id, Verdict.COVERED, Reason.HEARD_AGAIN, heard)
    if entry.observed is None:
        return Judgement(entry.id, Verdict.WAITING, Reason.VANISHED, evidence)
    if seen is None or seen < back.quiet_before:
        return Judgement(entry.id, Verdict.SAFE, Reason.AWAY_BEFORE, evidence)
    return Judgement(entry.id, Verdict.WAITING, Reason.NOT_SEEN, evidence)


def shown_at(
    entries: Sequence[RosterEntry],
    back: PutBack,
    recovered: Collection[PutCertificateBack],
    before: Iterable[ServerName],
) -> tuple[tuple[ServerName, ...], tuple[ServerName, ...]]:
    """The recovered servers at which a client was heard since, and those at which none was though some were before.

    A client that gets on there shows that what is served is what clients hold.

    Args:
        entries: every client ever seen.
        back: when the certificates were back.
        recovered: what was put back.
        before: servers that earlier readings have found to be shown.
    """
    known = {*before, *_heard_at(entries, back)}
    shown = tuple(work.server for work in recovered if work.server in known)
    return shown, tuple(work.server for work in recovered if work.heard and work.server not in known)


def _heard_at(entries: Iterable[RosterEntry], back: PutBack) -> Iterator[ServerName]:
    for seen in (entry.observed for entry in entries):
        if seen is not None and seen.last_server is not None and seen.last_seen and seen.last_seen > back.since:
            yield seen.last_server
