"""Sentences for what is normal: each kind of step waits for something, and no person has to act but for a task."""

from datetime import datetime

from rotation.running.waits.situation import CurrentStep, Situation, WaitMeasure
from rotation.text.sentence import Sentence, counted, sentence

BY_ITSELF = {
    "load": sentence("The service takes up the approved plan. No person has to act; it takes seconds."),
    "preflight": sentence(
        "The service surveys the site, compares it with the plan and stores the original settings. No person acts."
    ),
    "write": sentence("The service changes settings at SEPM (%(step)s). No person has to act."),
    "recheck": sentence(
        "The service surveys the site again and compares it with the rest of the plan. No person has to act."
    ),
}
"""Steps that the service does alone."""
WAITS = frozenset({"gate", "holdout", "closing"})


def of_step(now: Situation) -> Sentence:
    """What the current step waits for."""
    step = now.step
    if step is None:
        return _between(now)
    if now.task is not None or step.kind == "console":
        return _task(now, step)
    if now.wait is not None and step.kind in WAITS:
        return _wait(now, step, now.wait)
    if step.kind in BY_ITSELF:
        known = BY_ITSELF[step.kind]
        return known.model_copy(update={"values": {"step": step.title}}) if "%(step)s" in known.text else known
    if now.next_at is not None:
        return sentence(
            "Step “%(step)s”: the service looks again at %(next)s. No person has to act before.",
            step=step.title,
            next=now.next_at,
        )
    return sentence("The service is at work on the step “%(step)s”. No person has to act.", step=step.title)


def _between(now: Situation) -> Sentence:
    if not now.begun:
        return sentence("The rotation is recorded, and begins within 15 seconds. No person has to act.")
    return sentence("Every step is done; the service writes the report. No person has to act.")


def _task(now: Situation, step: CurrentStep) -> Sentence:
    if now.task is None:
        return sentence("The service prepares the task of the step “%(step)s” for the SEPM console.", step=step.title)
    if not now.task.claimed_by:
        return sentence(
            "The task of the step “%(step)s” is open. An operator claims it and does it at the SEPM console; until "
            "then all waits.",
            step=step.title,
        )
    if now.task.begin_until is not None and now.task.begin_until > now.now:
        return sentence(
            "%(who)s does the task of the step “%(step)s” at the SEPM console, and has to begin before %(until)s.",
            who=now.task.claimed_by,
            step=step.title,
            until=now.task.begin_until,
        )
    return sentence(
        "%(who)s does the task of the step “%(step)s” at the SEPM console. The rotation goes on when the service has "
        "the evidence.",
        who=now.task.claimed_by,
        step=step.title,
    )


def _wait(now: Situation, step: CurrentStep, wait: WaitMeasure) -> Sentence:
    if wait.due is not None and now.now < wait.due:
        if not wait.read:
            return _unread(step, wait.due, wait.next_at)
        return counted(
            "“%(step)s” waits until %(due)s at least; %(covered)s of %(count)s client is proven so far. "
            "No person has to act.",
            "“%(step)s” waits until %(due)s at least; %(covered)s of %(count)s clients are proven so far. "
            "No person has to act.",
            wait.total,
            step=step.title,
            due=wait.due,
            covered=wait.covered,
        )
    if wait.unshown and not wait.waiting:
        return _unshown(step, wait)
    if wait.total == 0:
        return sentence("“%(step)s”: clients are read for the first time. No person has to act.", step=step.title)
    if wait.waiting and wait.limit is None:
        return counted(
            "“%(step)s” waits for %(waiting)s of %(count)s client; the next reading decides.",
            "“%(step)s” waits for %(waiting)s of %(count)s clients; the next reading decides.",
            wait.total,
            step=step.title,
            waiting=wait.waiting,
        )
    if wait.limit is None or wait.waiting == 0:
        return counted(
            "“%(step)s”: the only client is not waited for; the next reading decides.",
            "“%(step)s”: none of %(count)s clients is waited for; the next reading decides.",
            wait.total,
            step=step.title,
        )
    return counted(
        "“%(step)s” waits for %(waiting)s of %(count)s client. Normal until %(limit)s; then a person decides.",
        "“%(step)s” waits for %(waiting)s of %(count)s clients. Normal until %(limit)s; then a person decides.",
        wait.total,
        step=step.title,
        waiting=wait.waiting,
        limit=wait.limit,
    )


def _unshown(step: CurrentStep, wait: WaitMeasure) -> Sentence:
    """No client is missing: a server is, which no client has shown to sign with its new key."""
    servers = ", ".join(wait.unshown)
    if wait.limit is None:
        return sentence(
            "“%(step)s”: no client has taken a new policy from %(servers)s yet; the next reading decides.",
            step=step.title,
            servers=servers,
        )
    return sentence(
        "“%(step)s”: no client has taken a new policy from %(servers)s yet. Normal until %(limit)s; then a later gate "
        "waits for it; before the last certificates a person decides.",
        step=step.title,
        servers=servers,
        limit=wait.limit,
    )


def _unread(step: CurrentStep, due: datetime, next_at: datetime | None) -> Sentence:
    """Before the first reading there is no count: 0 of 0 would look as if the gate had no clients."""
    if next_at is None:
        return sentence(
            "“%(step)s” waits until %(due)s at least; no client has been read yet. No person has to act.",
            step=step.title,
            due=due,
        )
    return sentence(
        "“%(step)s” waits until %(due)s at least; clients are read for the first time at %(next)s. "
        "No person has to act.",
        step=step.title,
        due=due,
        next=next_at,
    )
