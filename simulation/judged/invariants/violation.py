"""What a checker says: an invariant that did not hold, and where."""

from collections.abc import Callable, Iterator

from rotation.values import Value
from simulation.judged.facts import Facts


class Violation(Value):
    """An invariant that did not hold, and where."""

    invariant: str
    subject: str
    message: str


Checker = Callable[[Facts], Iterator[Violation]]


def violation(checker: Checker, subject: str, message: str) -> Violation:
    """What `checker` has found."""
    return Violation(invariant=checker.__name__, subject=subject, message=message)
