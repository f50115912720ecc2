"""Answers name the question that their sender has read: one that came late answers nothing else."""

from rotation.finding import Finding, blocking
from rotation.running.attention import Attention
from rotation.running.message import Message, Move
from rotation.running.state import RotationState

ANSWERS = frozenset({Move.APPROVE, Move.PROCEED, Move.STATE_GATE, Move.RETRY, Move.FINISH})
"""The moves that mean nothing without the question that they answer."""
OTHER_QUESTION = "other-question"
"""The code of the refusal of an answer to what is not asked now."""


def asked(message: Message, state: RotationState) -> Attention | None:
    """The question that `message` answers, where it is asked now."""
    for attention in state.attention:
        if message.move in attention.options and attention.is_asked_by(message.question):
            return attention
    return None


def other_question(message: Message, state: RotationState) -> Finding | None:
    """Why `message` is refused: it answers another question than the one that is asked now."""
    if message.move not in ANSWERS or asked(message, state) is not None:
        return None
    now = "; ".join(
        f"question {each.question}, {each.code} of {each.subject}: {each.message}"
        for each in state.attention
        if message.move in each.options
    )
    answered = f"the answer is to question {message.question}" if message.question else "the answer names no question"
    return blocking(
        OTHER_QUESTION,
        message.rotation_id,
        f"{answered}; the rotation asks now: {now or 'no question that this move answers'}",
        "read the present question; to answer it, send its token as `question`",
    )
