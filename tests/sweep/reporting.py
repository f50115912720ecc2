"""The report of a sweep, for people and for programs."""

import json
import shlex
from collections import Counter
from collections.abc import Iterable
from pathlib import Path

from tests.sweep.points import Point, Victim
from tests.sweep.sweeping import Failure, Tally

_COMMAND = ".venv/bin/python -m tests.sweep"


def command(points: Iterable[Point]) -> str:
    """The command that sweeps just these points, in one run."""
    return " ".join((_COMMAND, *(f"--point {shlex.quote(str(point))}" for point in points)))


def table(tally: Tally) -> list[str]:
    """Points by procedure and victim: how many there are, and at how many of them the victim died."""
    rows = [("", *(victim.value for victim in Victim), "points", "swept")]
    total: Counter[str] = Counter()
    died = Counter(point.procedure for point in set(tally.died))
    for name, points in tally.found.items():
        counts = Counter(point.victim.value for point in points)
        total += counts
        rows.append((name, *(str(counts[victim.value]) for victim in Victim), str(len(points)), str(died[name])))
    rows.append(("", *(str(total[victim.value]) for victim in Victim), str(total.total()), str(died.total())))
    widths = [max(len(row[column]) for row in rows) for column in range(len(rows[0]))]
    return ["  ".join(cell.rjust(width) for cell, width in zip(row, widths, strict=True)) for row in rows]


def lines(tally: Tally) -> list[str]:
    """The whole report."""
    report = [
        "",
        *table(tally),
        "",
        f"{tally.runs} runs, {tally.seconds / 60:.1f} minutes, {len(tally.failures)} failures",
        f"  {tally.put_off} times Temporal put an end off, since a message had just come",
    ]
    report += [f"  not passed again, swept where others of its kind are: {point}" for point in tally.moved]
    for failure in tally.failures:
        report += ["", *(f"  {problem}" for problem in failure.problems), f"  {command(failure.points)}"]
    return report


def write(tally: Tally, path: Path) -> None:
    """The same as JSON."""
    path.parent.mkdir(parents=True, exist_ok=True)
    document = {
        "seconds": round(tally.seconds, 1),
        "runs": tally.runs,
        "ends_put_off": tally.put_off,
        "undisturbed_seconds": {name: round(seconds, 1) for name, seconds in tally.undisturbed.items()},
        "points": [str(point) for points in tally.found.values() for point in points],
        "died": sorted({str(point) for point in tally.died}),
        "moved": [str(point) for point in tally.moved],
        "failures": [_failure(failure) for failure in tally.failures],
    }
    path.write_text(json.dumps(document, indent=2) + "\n")


def _failure(failure: Failure) -> dict[str, object]:
    points = [str(point) for point in failure.points]
    return {"points": points, "problems": failure.problems, "command": command(failure.points)}
