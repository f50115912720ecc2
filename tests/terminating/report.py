"""What a terminate sweep has reached, for people and for programs."""

from collections import Counter, defaultdict
from collections.abc import Iterator

from pydantic import Field

from rotation.values import Value

LEAVES_OUT = (
    "a person who goes on with a task although it was given back, or after the restore",
    "a Terminate while SEPM, the store or Temporal is away, and behind mistakes of people or what nobody asked for",
    "passages of one kind in one step between the first, the middle and the last of them",
    "terminates in a row, but for a way out that is terminated once",
)


class Life(Value):
    """A site whose rotation was terminated, and what came of it."""

    procedure: str
    at: tuple[int, ...]
    """The passages at which the rotation, and the way out behind it, were terminated."""
    label: str
    step: str = ""
    """The step in which the rotation was then."""
    temporal: bool = False
    problems: tuple[str, ...] = ()
    answers: dict[str, int] = Field(default_factory=dict)
    asked: dict[str, int] = Field(default_factory=dict)

    def __str__(self) -> str:
        where = "through Temporal" if self.temporal else "in process"
        return f"{self.procedure} {','.join(map(str, self.at))} ({self.label}), {where}"


class Summary(Value, frozen=False):
    """All lives of a sweep."""

    lives: Counter[str] = Field(default_factory=Counter)
    """By procedure."""
    behind: Counter[str] = Field(default_factory=Counter)
    """Of these, those whose way out was terminated too."""
    temporal: Counter[str] = Field(default_factory=Counter)
    """Of these, those that went through the real Temporal."""
    answers: Counter[str] = Field(default_factory=Counter)
    """The answers of the ways out, and what became of the tasks that were held, by code."""
    asked: Counter[str] = Field(default_factory=Counter)
    """The attention that was shown."""
    failures: list[Life] = Field(default_factory=list)
    left_out: dict[str, int] = Field(default_factory=dict)
    """By procedure, the points that there was no time for."""
    leaves_out: tuple[str, ...] = LEAVES_OUT
    seconds: float = 0

    def add(self, life: Life) -> None:
        """Count a life."""
        self.lives[life.procedure] += 1
        self.behind[life.procedure] += len(life.at) > 1
        self.temporal[life.procedure] += life.temporal
        self.answers.update(life.answers)
        self.asked.update(life.asked)
        if life.problems:
            self.failures.append(life)


def lines(summary: Summary) -> Iterator[str]:
    """The whole report."""
    failed: Counter[str] = Counter(life.procedure for life in summary.failures)
    rows: list[tuple[str, ...]] = [("", "lives", "way out too", "Temporal", "failed", "left out")]
    columns: defaultdict[str, list[int]] = defaultdict(list)
    for name in summary.lives:
        counts = (summary.lives, summary.behind, summary.temporal, failed, summary.left_out)
        columns[name] = [each.get(name, 0) for each in counts]
        rows.append((name, *map(str, columns[name])))
    rows.append(("", *(str(sum(column)) for column in zip(*columns.values(), strict=True))))
    widths = [max(len(row[place]) for row in rows) for place in range(len(rows[0]))]
    for row in rows:
        yield "  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True))
    yield ""
    yield f"{summary.lives.total()} lives in {summary.seconds / 60:.1f} minutes, {len(summary.failures)} failures"
    yield f"said: {_counted(summary.answers)}"
    yield f"asked: {_counted(summary.asked)}"
    yield from (f"not covered: {each}" for each in summary.leaves_out)


def _counted(counts: Counter[str]) -> str:
    return ", ".join(f"{name} {count}" for name, count in counts.most_common()) or "nothing"
