"""What a person reads of clients that fell silent behind a replacement."""

from rotation.plan.plan import Purpose

AFTER_SWAP = "silent-after-swap"
SILENCED = "clients that the change has silenced"
_PUT_BACK = "unless they are switched off, put the old certificate back (roll back)"
_LOOK_BACK = "unless they are switched off, have their server publish again, and look at one of them"
"""On a way back: the old certificate is in, or goes in as it is."""


def what_to_do(purpose: Purpose) -> str:
    """What to do about clients that are silent behind a certificate, or behind settings that a way back puts back."""
    return _LOOK_BACK if purpose == "roll-back" else _PUT_BACK


def silent(count: int, names: str) -> str:
    """How many, and some of their names."""
    return f"{count} clients have not come back for three heartbeats, among them {names}"
