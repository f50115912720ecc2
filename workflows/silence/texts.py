"""What a person reads of clients that fell silent behind a replacement."""

AFTER_SWAP = "silent-after-swap"
SILENCED = "clients that the change has silenced"
PUT_BACK = "unless they are switched off, put the old certificate back (roll back)"


def silent(count: int, names: str) -> str:
    """How many, and some of their names."""
    return f"{count} clients have not come back for three heartbeats, among them {names}"
