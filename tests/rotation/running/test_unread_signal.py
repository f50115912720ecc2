"""Signals that could not be read: the explanation for the sender."""

import json

import pytest

from rotation.running.message import Message, Move
from rotation.running.unread_signal import UnreadSignal
from rotation.values import RotationId


@pytest.mark.parametrize("move", Move)
def test_what_to_send_instead_can_be_sent(move) -> None:
    """The sender gets JSON of a message under that signal, once its words are put in."""
    text = UnreadSignal(signal=move.value, why="it came with no value").explanation(RotationId("rot-1"))
    why, _, instead = text.partition(". Send one value instead, in JSON: ")
    assert why == "it was not obeyed: it came with no value"
    message = Message.model_validate(json.loads(instead))
    assert (message.move, message.rotation_id) == (move, "rot-1")
    assert (message.task_id is not None) == ("task" in move.value)
    assert (message.by is not None) == (move is Move.EXTEND)


def test_a_withdrawal_names_the_message_that_it_withdraws() -> None:
    """A withdrawal has no move of its own: the sender is asked to name the move of the other message."""
    text = UnreadSignal(signal="withdraw_message", why="it came with no value").explanation(RotationId("rot-1"))
    assert json.loads(text.partition("in JSON: ")[2])["move"] == "the move of that message"
