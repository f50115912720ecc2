"""What a rotation has heard: each message once, under a request id that is its own, and withdrawn by its sender."""

from rotation.finding import Finding, blocking
from rotation.running.message import STALE, Heard, Message, MessageProgress, Move
from rotation.running.moves import refusal, reused
from workflows.running import Running


def hear(run: Running, message: Message, move: Move) -> None:
    """Put a message that came as the signal `move` into the inbox, once; the loop reads it at its next waiting point.

    The sender may have seen no refusal, as in the Temporal UI: one that uses the request id of another is shown.
    """
    if (finding := _of_another(run, message)) is not None:
        run.state.show_refused(message, finding)
        run.host.show(run.state)
    elif progress(run, message) is not MessageProgress.UNKNOWN:
        return
    elif run.state.is_stale(message):
        run.state.show_refused(message, _too_old(message))
        run.host.show(run.state)
    elif message.move is not move:
        text = f"send {message.move.value} as the signal of that name"
        run.reply(message, blocking("wrong-signal", message.rotation_id, text))
    else:
        run.state.inbox = (*run.state.inbox, message)


def heard(run: Running, message: Message) -> Heard:
    """How far the rotation has come with a message; where it was not sent yet, why it would be refused now."""
    found = _heard(run, message)
    return found.model_copy(update={"request_id": message.request_id, "ticket": run.state.dealt_with})


def _heard(run: Running, message: Message) -> Heard:
    if (finding := _of_another(run, message)) is not None:
        return Heard(progress=MessageProgress.UNKNOWN, refusal=finding)
    at = progress(run, message)
    match at:
        case MessageProgress.ANSWERED:
            return Heard(progress=at, reply=run.state.replies[message.request_id].reply)
        case MessageProgress.UNKNOWN:
            return Heard(progress=at, refusal=refusal(message, run.state), busy_with=run.busy_with)
        case _:
            return Heard(progress=at, busy_with=run.busy_with)


def progress(run: Running, message: Message) -> MessageProgress:
    """How far the rotation has come with a message."""
    if message.request_id in run.state.replies:
        return MessageProgress.ANSWERED
    if run.taken_up is not None and run.taken_up.request_id == message.request_id:
        return MessageProgress.TAKEN_UP
    return MessageProgress.WAITING if _waiting(run, message.request_id) is not None else MessageProgress.UNKNOWN


def withdraw(run: Running, message: Message) -> None:
    """Forget a message that is not taken up yet, so that it never takes effect; the same one sent again is a new try.

    One that is taken up, or answered, stays, and its sender learns which of the two it is.
    """
    if progress(run, message) is MessageProgress.WAITING and _of_another(run, message) is None:
        run.forget(message)
        run.state.keep_withdrawal(message)


def _too_old(message: Message) -> Finding:
    text = "the message is so old that it may have been answered or withdrawn since"
    return blocking(STALE, message.rotation_id, text, "send it again")


def _of_another(run: Running, message: Message) -> Finding | None:
    """Why the request id of `message` is not its own."""
    answered = run.state.replies.get(message.request_id)
    if answered is not None:
        same = answered.digest == message.digest
        return None if same else reused(message, by=answered.who)
    first = _waiting(run, message.request_id)
    return None if first is None or first.digest == message.digest else reused(message, by=first.who)


def _waiting(run: Running, request_id: str) -> Message | None:
    """The message of that request id that waits for an answer, the one that is taken up included."""
    return next((each for each in (*run.state.inbox, *run.task_messages) if each.request_id == request_id), None)
