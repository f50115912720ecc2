"""What must follow when two persons want the old certificates back (rule 15)."""

import re
from collections.abc import Iterator
from datetime import datetime, timedelta

from emulator.clients.verdict import LostClient, RefusingClient
from rotation.plan.step import Console
from rotation.plan.work.task import ConsoleTask, ReplaceCertificate, TaskState
from rotation.values import ServerName
from simulation.judged.facts import Facts
from simulation.judged.heartbeats import slowest_of
from simulation.judged.invariants.violation import Violation, violation
from simulation.judged.unreported_acts import SWAPS
from store.rotation.events import Event

_EXPLAINS = frozenset({"attention", "drift"})
_HOLDS = ("hold ", "resume ")
_FIVE = 5
_REFUSED = "its proof is missing since"
_GATES = re.compile(r"([\w-]+): \d+ client")
"""The gates that a refusal names, each with its clients."""
_FOUND = frozenset({"drift", "gate-restarted"})


def the_old_certificate_is_back_in_time(facts: Facts) -> Iterator[Violation]:
    """1. A heartbeat after the second person's approval the task is open that puts the old certificate into its server.

    The slowest heartbeat of the plan's owners counts. The second person's approval begins the count, or the end of the
    step before it where the way back has one: clients that verify again are relaxed first, and servers follow one
    another by gates. No step of the way back begins later than that either. No gate refuses a claim of the task for
    long because of a client that had been cut off when that gate passed. And a heartbeat after the task was granted,
    the old certificate is in the server.

    Not covered: a span in which the trail shows a question or a drift, or a person held the rotation; how long no
    operator claims the task, or a claim is refused for another reason; and, once it was granted, people whose work at
    the console may take longer than a heartbeat, who have made mistakes, or at whose site servers are down at the end.
    """
    yes, beat = _approved(facts), _heartbeat(facts)
    if yes is None or facts.body is None:
        return
    awaited = [each.id for each in facts.body.steps if _puts_back(each)]
    free = yes
    for event in _since(facts, yes):
        step = str(event.data.get("step", ""))
        if event.kind == "step-ended":
            awaited, free = [each for each in awaited if each != step], event.at
        is_ours = event.kind == "step-began" or (event.kind == "task-opened" and step in awaited)
        if awaited and is_ours and event.at > free + beat and not _is_explained(facts, free, event.at):
            text = f"{event.message!r} came at {event.at}, and nothing was in its way from {free} on"
            yield violation(the_old_certificate_is_back_in_time, step, text)
        if step in awaited and (name := _refused_for(facts, event)):
            text = f"a claim is refused because of {name}, without which the gates have passed"
            yield violation(the_old_certificate_is_back_in_time, step, text)
    for task in _put_back(facts):
        claimed, inside = facts.claims.get(task.id), _is_in(facts, task)
        if claimed is None or inside is None or not _is_at_hand(facts, beat):
            continue
        if inside > claimed + beat and not _is_explained(facts, claimed, inside):
            text = f"claimed at {claimed}, and in the server at {inside}"
            yield violation(the_old_certificate_is_back_in_time, task.step, text)


def who_was_cut_off_is_back_with_it(facts: Facts) -> Iterator[Violation]:
    """1. No client that a replacement cut off is still lost when that server has had its old certificate for long.

    Nor does it refuse what servers publish. Clients left out by name count too, whatever the reason of the loss.
    Long is five heartbeats after the old certificate went in. Not covered: a server into which another certificate was
    put unasked, which a client may have taken.
    """
    back = {_taken_out(facts, task): at for task in _put_back(facts) if (at := _is_in(facts, task)) is not None}
    spoilt = {each.subject[0] for each in facts.unasked if each.kind in SWAPS}
    failing: tuple[LostClient | RefusingClient, ...] = (*facts.losses, *facts.refusing)
    for client in failing:
        act = client.after
        if client.healed or act is None or act.kind not in SWAPS or not act.actor.asked or act.subject[0] in spoilt:
            continue
        at = back.get(act.subject)
        if at is not None and act.at < at <= facts.ended - _FIVE * slowest_of(facts, client):
            text = f"{client.why} since {client.since}, though {act.subject[0]} had its old certificate from {at} on"
            yield violation(who_was_cut_off_is_back_with_it, client.name, text)


def _approved(facts: Facts) -> datetime | None:
    """When a second person approved the way back that ran; None where none did."""
    if facts.body is None or facts.body.purpose != "roll-back":
        return None
    wished = max((event.at for event in facts.trail if event.kind == "rolling-back"), default=None)
    approvals = (each for each in facts.trail if each.kind == "message" and each.message.startswith("approve "))
    return min((each.at for each in approvals if wished is not None and each.at >= wished), default=None)


def _heartbeat(facts: Facts) -> timedelta:
    scopes = facts.body.scopes if facts.body is not None else ()
    return max((owner.slowest_heartbeat for owner in scopes), default=timedelta(0))


def _since(facts: Facts, yes: datetime) -> Iterator[Event]:
    """The events after the approval; of the same moment those that came after it."""
    heard = False
    for event in facts.trail:
        if heard:
            yield event
        heard = heard or (event.at == yes and event.kind == "message" and event.message.startswith("approve "))


def _puts_back(step: object) -> bool:
    return isinstance(step, Console) and isinstance(step.work, ReplaceCertificate) and step.work.puts_back


def _put_back(facts: Facts) -> Iterator[ConsoleTask]:
    """The tasks by which old certificates were put back."""
    for task in facts.tasks:
        if task.state is TaskState.DONE and isinstance(task.work, ReplaceCertificate) and task.work.puts_back:
            yield task


def _server(task: ConsoleTask) -> ServerName:
    if not isinstance(task.work, ReplaceCertificate):
        raise TypeError(f"{task.id} replaces nothing")
    return task.work.server


def _taken_out(facts: Facts, task: ConsoleTask) -> tuple[str, ...]:
    """The server of a task, and the certificate that came out of it."""
    chosen = facts.body.certificate_for(_server(task)) if facts.body is not None else None
    return (_server(task), chosen.replaces) if chosen is not None else ()


def _is_in(facts: Facts, task: ConsoleTask) -> datetime | None:
    """When what a task asked for went into its server; None where it was in before."""
    wanted = (_server(task), task.work.fingerprint_sha256) if isinstance(task.work, ReplaceCertificate) else ()
    put = (each.at for each in facts.journal if each.kind in SWAPS and each.subject == wanted)
    return min((at for at in put if at >= task.opened_at), default=None)


def _is_explained(facts: Facts, begin: datetime, end: datetime) -> bool:
    """Whether a person was asked, a drift was found, or a person held the rotation in that span."""
    return any(
        event.kind in _EXPLAINS or (event.kind == "message" and event.message.startswith(_HOLDS))
        for event in facts.trail
        if begin <= event.at <= end
    )


def _refused_for(facts: Facts, event: Event) -> str:
    """The client because of which a gate refuses claims, though it had been cut off when that gate passed.

    Empty where there is none, or where a look has found something since that gate.
    """
    if event.kind != "attention" or _REFUSED not in event.message:
        return ""
    before = [each for each in facts.trail if each.at <= event.at]
    gates = set(_GATES.findall(event.message))
    passed = max(
        (each.at for each in before if each.kind == "gate-passed" and each.data.get("step") in gates), default=None
    )
    if passed is None or any(each.kind in _FOUND and each.at > passed for each in before):
        return ""
    names = (each.name for each in facts.losses if each.first_failed < passed)
    return next((name for name in names if re.search(rf"(?<![\w-]){re.escape(name)}(?![\w-])", event.message)), "")


def _is_at_hand(facts: Facts, beat: timedelta) -> bool:
    """Whether people do what they have taken within a heartbeat, and nothing keeps them from it."""
    return facts.scenario.pace.work <= beat and not facts.slips and not facts.after.down
