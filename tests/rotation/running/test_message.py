"""What a person can say to a rotation."""

import pytest
from pydantic import ValidationError

from rotation.running.message import Move


@pytest.mark.parametrize("fields", [{"who": ""}, {"who": "a" * 201}, {"request_id": ""}, {"why": "w" * 2001}])
def test_message_names_its_sender_and_keeps_its_length(make, fields):
    """Nobody moves a rotation without a name, and no message fills the history."""
    with pytest.raises(ValidationError):
        make.message(Move.HOLD, **fields)
