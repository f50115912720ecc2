"""Names in a text: some of them, and how many more there are."""

from collections.abc import Sequence


def some_of(names: Sequence[str], most: int, *, count: int | None = None) -> str:
    """The first `most` names, and how many there are besides.

    Args:
        names: in the order in which they are shown.
        most: so many are shown.
        count: how many there are in all, where `names` are some of them.
    """
    shown = ", ".join(names[:most])
    more = (len(names) if count is None else count) - min(len(names), most)
    return f"{shown} and {more} more" if shown and more > 0 else shown
