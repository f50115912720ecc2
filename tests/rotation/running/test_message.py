"""What a person can say to a rotation."""

import pytest
from pydantic import ValidationError

from rotation.running.message import Move


@pytest.mark.parametrize("fields", [{"who": ""}, {"who": "a" * 201}, {"request_id": ""}, {"why": "w" * 2001}])
def test_message_names_its_sender_and_keeps_its_length(make, fields):
    """A move has the name of its sender, and no message fills the history."""
    with pytest.raises(ValidationError):
        make.message(Move.HOLD, **fields)


def test_a_digest_tells_messages_apart_whatever_their_ids(make):
    """Each of move, person, words, task and evidence counts; the ids of requests and the order of evidence do not."""
    message = make.message(Move.TASK_DONE, task_id="t1", attestation={"a": "1", "b": "2"})
    same = make.message(Move.TASK_DONE, task_id="t1", attestation={"b": "2", "a": "1"}, request_id="another")
    same = same.model_copy(update={"http_request": "the second"})
    assert message.digest == same.digest
    others = [
        {"move": Move.TASK_REFUSED},
        {"who": "bob"},
        {"why": "else"},
        {"task_id": "t2"},
        {"holder": "bob"},
        {"attestation": {}},
        {"rotation_id": "r2"},
    ]
    assert len({message.digest, *(message.model_copy(update=other).digest for other in others)}) == 1 + len(others)
