"""What a rotation passes: each try of an activity and each act of a person. After any of them it may be terminated."""

from collections import defaultdict
from collections.abc import Sequence
from dataclasses import dataclass, field
from typing import NamedTuple

from engine.contract import MoveTaskRequest, ProgressReport, WriteRequest
from rotation.values import Value


class Passage(NamedTuple):
    """Something that has just happened."""

    number: int
    """Its place among all of them, from 0 on."""
    step: str
    """The step that ran."""
    what: str

    def __str__(self) -> str:
        return f"{self.number} {self.step or '-'}: {self.what}"


@dataclass
class Watch:
    """Sees what a rotation passes, and has it terminated at one of these passages, or at none."""

    ends_at: int | None = None
    passed: list[Passage] = field(default_factory=list)

    def passes(self, step: str, what: str) -> bool:
        """Whether the rotation is terminated now."""
        self.passed.append(Passage(len(self.passed), step, what))
        return self.ends_at is not None and len(self.passed) == self.ends_at + 1

    @property
    def hit(self) -> Passage | None:
        """The passage at which it was; None: it has not come to that."""
        return None if self.ends_at is None or len(self.passed) <= self.ends_at else self.passed[self.ends_at]


def described(name: str, request: Value) -> str:
    """The name of an activity, with the kind, state or field of its request that makes it another passage."""
    match request:
        case ProgressReport():
            return f"{name} {request.kind.value}"
        case MoveTaskRequest():
            return f"{name} {request.to.value}"
        case WriteRequest():
            return f"{name} {request.field.value}"
        case _:
            return name


def chosen(passed: Sequence[Passage]) -> list[Passage]:
    """The first, the middle and the last of each kind in each step: what lies between them differs in nothing."""
    kinds: dict[tuple[str, str], list[Passage]] = defaultdict(list)
    for each in passed:
        kinds[each.step, each.what].append(each)
    found = {each for some in kinds.values() for each in (some[0], some[len(some) // 2], some[-1])}
    return sorted(found)
