"""How a rotation ended, as texts for people have it."""

_ENDS = {
    "running": "it still runs",
    "completed": "it was completed",
    "cancelled": "it was cancelled",
    "rolled-back": "it was rolled back",
    "restored": "it was ended from outside, and its settings were put back",
    "terminated": "it was ended from outside",
}
"""By the outcome that a workflow reports, and by the status that the store keeps."""


def end_words(status: str) -> str:
    """A sentence on how it stands, behind a colon."""
    return _ENDS[status]
