"""`make big`: the rotation of a site of 3,000 groups and 100,000 clients, on a real Temporal that skips time.

1. one rotation is cancelled while it waits for every relaxed client, another one completes
2. each goes on in new histories, some of which begin within a gate; its state is queried all the time
3. every activity, payload, state and answer is measured, and held against bounds that do not follow the site

What was measured is summed up; the exit code is 0 only when all of it is within its bounds.
"""

import argparse
import asyncio
import sys
from pathlib import Path

from tests.big.judging import lines, problems
from tests.big.playing import measured
from tests.big.size import WHOLE, Size

_SUGGESTED_AFTER = 100
"""Events of a history after which a new one is begun: a rotation of one server has some hundreds."""


def parser() -> argparse.ArgumentParser:
    """The command line."""
    line = argparse.ArgumentParser(prog="make big ARGS=...", description=__doc__.partition("\n")[0])
    line.add_argument("--groups", type=int, default=WHOLE.groups, help="groups of two locations each")
    line.add_argument("--clients", type=int, default=WHOLE.clients)
    line.add_argument("--away", type=int, default=WHOLE.away, help="clients of them that the plan leaves out by name")
    line.add_argument("--only", choices=("cancelled", "completed"), help="one of the two rotations")
    line.add_argument("--json", type=Path, help="where what was measured is written")
    return line


def main() -> int:
    """Play and measure; the exit code is 0 when all of it was within its bounds."""
    asked = parser().parse_args()
    size = Size(groups=asked.groups, clients=asked.clients, away=asked.away)
    failed = False
    for end in ("cancelled", "completed"):
        if asked.only in {None, end}:
            cost = asyncio.run(measured(size, cancelled=end == "cancelled", suggested_after=_SUGGESTED_AFTER))
            wrong = problems(cost, end, size)
            sys.stdout.write("\n".join((f"{end}:", *lines(cost), *(f"WRONG: {each}" for each in wrong))) + "\n")
            sys.stdout.flush()
            failed = failed or bool(wrong)
            if asked.json is not None:
                asked.json.parent.mkdir(parents=True, exist_ok=True)
                into = asked.json.with_stem(f"{asked.json.stem}-{end}")
                into.write_text(cost.model_dump_json(indent=2) + "\n")
    return int(failed)


if __name__ == "__main__":
    sys.exit(main())
