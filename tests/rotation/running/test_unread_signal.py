"""Signals that could not be read: what is said of them."""

import json

import pytest

from rotation.running.message import Message, Move
from rotation.running.unread_signal import UnreadSignal
from rotation.values import RotationId


@pytest.mark.parametrize("move", Move)
def test_what_to_send_instead_can_be_sent(move) -> None:
    """What is told to whoever sent it is JSON of a message under that signal, once its words are put in."""
    told = UnreadSignal(signal=move.value, why="it came with no value").explanation(RotationId("rot-1"))
    why, _, instead = told.partition(". Send one value instead, in JSON: ")
    assert why == "it was not obeyed: it came with no value"
    said = Message.model_validate(json.loads(instead))
    assert (said.move, said.rotation_id) == (move, "rot-1")
    assert (said.task_id is not None) == ("task" in move.value)
    assert (said.by is not None) == (move is Move.EXTEND)


def test_a_withdrawal_names_the_message_that_it_withdraws() -> None:
    """It has no move of its own: who sent none that can be read is told to name that of the other message."""
    told = UnreadSignal(signal="withdraw_message", why="it came with no value").explanation(RotationId("rot-1"))
    assert json.loads(told.partition("in JSON: ")[2])["move"] == "the move of that message"
