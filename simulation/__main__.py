"""`python -m simulation run` and `report`: for a service that has simulations played in a process of their own.

JSON comes on standard input and goes to standard output. The exit code is 3, with the reason on standard error, when
the plan cannot be played.
"""

import asyncio
import logging
import os
import sys

import structlog

from rotation.plan.plan_with_site import SurveyedPlan
from rotation.values import Value
from simulation.drawn.faults import Faults
from simulation.drawn.of_plan import CannotBePlayedError
from simulation.judged.record import RunRecord
from simulation.judged.report import report
from simulation.played.many import play_one
from simulation.subject import by_plan

CANNOT_BE_PLAYED = 3
_POLITE = 10
"""How much less than others it asks of the processor: rotations come first."""


class Given(Value):
    """What comes on standard input."""

    surveyed: SurveyedPlan
    most: int
    faults: Faults
    seed: int = 0
    """For `run`."""
    records: tuple[RunRecord, ...] = ()
    """For `report`."""


def main(what: str) -> int:
    """Play one run, or report on those that were played."""
    os.nice(_POLITE)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    given = Given.model_validate_json(sys.stdin.buffer.read())
    subject = by_plan(given.surveyed, given.most)
    if what == "report":
        sys.stdout.write(report(subject.described, given.faults, given.records).model_dump_json())
        return 0
    try:
        played = asyncio.run(play_one(subject, given.faults, given.seed))
    except CannotBePlayedError as error:
        sys.stderr.write(f"{error}\n")
        return CANNOT_BE_PLAYED
    sys.stdout.write(played.model_dump_json())
    return 0


if __name__ == "__main__":
    sys.exit(main(sys.argv[1]))
