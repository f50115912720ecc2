"""Obeying what a person says: how a message that was not refused changes the state of a rotation, and nothing else."""

from datetime import datetime

from rotation.plan.start_by import LEAST_MARGIN
from rotation.running.attention import DRIFT, DUE_SILENT, ROLL_BACK, SECOND, SILENT_AHEAD, SITE_MOVED, WANTED
from rotation.running.message import Message, Move
from rotation.running.moves import first_to_end
from rotation.running.question import ANSWERS, asked
from rotation.running.state import Cancelling, Proceed, RollingBack, RotationState


def obey(state: RotationState, message: Message, *, now: datetime) -> Move | None:
    """Do what `message` says. The choice that it made, where it made one."""
    match message.move:
        case Move.HOLD:
            state.held_by, state.hold_reason = message.who, message.why
        case Move.RESUME:
            _resume(state, now)
        case Move.CANCEL:
            state.cancelling = Cancelling(by=message.who, why=message.why)
        case Move.ROLL_BACK:
            state.rolling_back = RollingBack(by=message.who, identity=message.identity, why=message.why)
        case Move.EXTEND:
            return _extend(state, message, now)
        case Move.PROCEED:
            return _proceed(state, message)
        case Move.STATE_GATE:
            return _state_gate(state, message, now)
        case Move.LOOK_AGAIN | Move.SITE_MOVED:
            _look(state, message, now)
        case _:
            return _settle(state, message)
    return None


def forget(state: RotationState) -> None:
    """Keep nothing more of what the watch saw."""
    state.site_moved = None
    state.attention = tuple(each for each in state.attention if each.code != SITE_MOVED)


def _look(state: RotationState, message: Message, now: datetime) -> None:
    move = message.move
    if move is Move.LOOK_AGAIN and state.wait is not None:
        state.wait = state.wait.model_copy(update={"next_at": now})
    if move is Move.SITE_MOVED:
        if state.task is not None:
            # the watch over a task gives a reason only where it could not see the site
            unseen = state.task.unseen or (message.task_id is not None and bool(message.why))
            state.task = state.task.model_copy(update={"read_again": True, "unseen": unseen})
        state.look_at = now


def _extend(state: RotationState, message: Message, now: datetime) -> Move:
    if state.wait is not None and message.by is not None:
        limit = max(state.wait.limit, now) + message.by
        first = first_to_end(state)
        if first is not None:  # the question may have stood for days
            limit = max(state.wait.limit, min(limit, first[0] - LEAST_MARGIN))
        state.wait = state.wait.model_copy(update={"limit": limit})
        if not _is_about(state, DRIFT, WANTED):
            state.proceed = None
    return _settle(state, message)


def _proceed(state: RotationState, message: Message) -> Move:
    """A wish to go on without full coverage, with what was born, or with a plan that differs."""
    named = asked(message, state)
    if named is None:
        raise AssertionError("a wish that was not refused answers a question")
    reading = state.wait.reading if state.wait else None
    wished = Proceed(about=named.code, asked_by=message.who, identity=message.identity, why=message.why)
    if named.code == DRIFT:
        wished = wished.model_copy(update={"found": state.found, "key": state.born_key})
    elif named.about:
        wished = wished.model_copy(update={"key": named.about})
    elif reading is not None:
        wished = wished.model_copy(update={"waiting": reading.waiting, "key": reading.waiting_key})
    state.proceed = wished
    _ask_no_second(state)
    return _settle(state, message)


def _state_gate(state: RotationState, message: Message, now: datetime) -> Move:
    """What a person states of the open gate: it waits for a second person as a wish to proceed does."""
    reading = state.wait.reading if state.wait else None
    state.proceed = Proceed(
        about=WANTED,
        asked_by=message.who,
        identity=message.identity,
        why=message.why,
        waiting=reading.waiting if reading else 0,
        evidence=message.attestation,
        stated_at=now,
    )
    _ask_no_second(state)
    return _settle(state, message)


def _ask_no_second(state: RotationState) -> None:
    """A second person was asked about another wish than the one that there is now."""
    state.attention = tuple(each for each in state.attention if each.code != SECOND)


def _is_about(state: RotationState, *codes: str) -> bool:
    return state.proceed is not None and state.proceed.about in codes


def _settle(state: RotationState, message: Message) -> Move:
    """A choice ends the question that it names; an extension every attention that offers it."""
    move, named = message.move, asked(message, state)
    code = named.code if named is not None else ""
    if code == SECOND and move is Move.APPROVE and state.proceed is not None:
        state.proceed = state.proceed.model_copy(update={"approved_by": message.who})
    if code == DRIFT and move is Move.RETRY:
        state.drift_answer = state.drift_asked
    if code == SECOND and move is Move.RETRY and _is_about(state, DRIFT, WANTED):
        state.drift_answer = state.drift_answer or ()
        state.proceed = None
    if code == SECOND and move is Move.RETRY and _is_about(state, DUE_SILENT, SILENT_AHEAD):
        state.proceed = None
    if code == ROLL_BACK and state.rolling_back is not None:
        by = "approved_by" if move is Move.APPROVE else "declined_by"
        state.rolling_back = state.rolling_back.model_copy(update={by: message.who})
    # a statement of a gate is one, whichever of its questions it answers
    one = move in ANSWERS and move is not Move.STATE_GATE
    over = [named] if one else [each for each in state.attention if move in each.options]
    state.attention = tuple(each for each in state.attention if each not in over)
    return move


def _resume(state: RotationState, now: datetime) -> None:
    state.held_by, state.hold_reason = "", ""
    state.look_at = now
    if state.policy_seen is not None:
        state.policy_seen = state.policy_seen.model_copy(update={"held_since": True})
    if state.puts_back:  # no look follows
        forget(state)
