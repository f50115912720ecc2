"""A signal that could not be read: what is shown of it, and what to send instead."""

import json

from rotation.running.message import Move
from rotation.values import RotationId, Value

UNREAD = "signal-refused"
"""The attention that shows the newest one. It is over with the next message that can be read, and with its step."""
_ALSO: dict[str, dict[str, object]] = {
    Move.EXTEND: {"by": "P1D"},
    Move.CLAIM_TASK: {"task_id": "the id of the task"},
    Move.BEGIN_TASK: {"task_id": "the id of the task"},
    Move.TASK_DONE: {"task_id": "the id of the task"},
    Move.TASK_REFUSED: {"task_id": "the id of the task"},
    Move.STATE_GATE: {"attestation": {"what is asked for": "what the console shows"}},
}
"""What some moves need besides."""


class UnreadSignal(Value):
    """Its name, and why it could not be read."""

    signal: str
    why: str

    def explanation(self, rotation_id: RotationId) -> str:
        """What is wrong, and what to send."""
        # a withdrawal names the message that is withdrawn
        move = self.signal if self.signal in tuple(Move) else "the move of that message"
        instead: dict[str, object] = {
            "move": move,
            "rotation_id": rotation_id,
            "who": "your name",
            "why": "your reason",
            "request_id": "a word that no other message has",
            **_ALSO.get(self.signal, {}),
        }
        return f"it was not obeyed: {self.why}. Send one value instead, in JSON: {json.dumps(instead)}"
