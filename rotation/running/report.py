"""The final report of a rotation: how long it took against its least time, and who is not back."""

from datetime import datetime

from rotation.running.state import Outcome
from rotation.values import Value


class RotationReport(Value):
    """What is shown of a rotation that has ended."""

    outcome: Outcome
    started_at: datetime
    finished_at: datetime
    elapsed_seconds: float
    least_seconds: float
    """By its plan; 0 where that could not be read."""
    steps: int
    clients: int
    clients_not_back: int
    not_back: tuple[str, ...]
    """Some of them by name."""
    left_out: int
