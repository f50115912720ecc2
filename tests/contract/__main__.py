"""`make schemathesis`: generated cases for every operation, by every role, beside rotations that must end right.

It starts the product and an emulated site whose rotations follow one another as long as cases are played, and has
schemathesis ask the API as each role. It fails where a check does, where a rotation does not complete, where a client
is lost, or where there were fewer cases than asked for.
"""

import argparse
import asyncio
import contextlib
import json
import os
import re
import subprocess
import sys
import tempfile
from pathlib import Path

from rotation.identity.permission import Role
from tests.api.good_requests import AT_CONSOLE
from tests.contract.places import BUILD, HERE
from tests.e2e.emulated import Site, specification
from tests.e2e.house import House, Program

_COUNT = re.compile(r"^\s*(\d+) generated", re.MULTILINE)


async def rotate(site: Site, over: asyncio.Event) -> int:
    """Rotate the site until the cases are over. Returns how many rotations have completed.

    Raises:
        RuntimeError: when one has ended otherwise.
    """
    count = 0
    while not over.is_set() or not count:
        ended = await site.ended(await site.start())
        if ended["status"] != "completed":
            raise RuntimeError(f"a rotation has ended as {ended['status']}: {ended}")
        count += 1
    return count


async def play(role: Role, house: House, folder: Path, most: int) -> tuple[int, bool]:
    """Have one role ask. Returns how many cases there were, and whether all checks held."""
    key = await house.key_of(f"cases of {role}", role)
    command = (
        BUILD / "contract" / "bin" / "schemathesis",
        *("--config-file", HERE / "schemathesis.toml", "run", f"{house.apis[-1]}/openapi.json"),
        *("--header", f"Authorization: Bearer {key}", "--checks", "all", "--phases", "examples,coverage,fuzzing"),
        *("--max-examples", most, "--no-color", "--warnings", "off"),
    )
    report = BUILD / f"schemathesis-{role}.txt"
    with report.open("wb") as out:  # it is read while the cases are played
        process = await asyncio.create_subprocess_exec(
            *map(str, command), cwd=folder, stdout=out, stderr=subprocess.STDOUT
        )
        await process.wait()
    found = _COUNT.search(report.read_text("utf-8", "replace"))
    well = "well" if process.returncode == 0 else "NOT well"
    sys.stdout.write(f"{role}: {found[1] if found else 'no'} cases, {well}\n")
    sys.stdout.flush()
    return int(found[1]) if found else 0, process.returncode == 0


async def run(roles: list[Role], most: int, least: int) -> bool:
    """Play it all. Returns whether everything held."""
    with tempfile.TemporaryDirectory() as name:
        folder = Path(name)
        # ignored_auth shows wrong keys by the hundred, which is not what is measured here
        house = await House.open(folder, ROTATOR_WRONG_KEY_DELAY="PT0S")
        async with contextlib.AsyncExitStack() as closing:
            closing.push_async_callback(house.close)
            (folder / "site.json").write_text(specification("beside").model_dump_json())
            robot = await house.key_of("robot of beside", "robot")
            flags = ("--spec", str(folder / "site.json"), "--json", "--robot-api", house.apis[-1])
            program = await Program.start(folder, "emulator", "emulator", *flags, EMULATOR_ROBOT_KEY=robot)
            site = Site(house, program, robot_key=robot)
            closing.push_async_callback(site.close)
            await site.register()
            await house.post("/v1/sites", AT_CONSOLE | {"name": "Brno"}, 201)  # the examples' site
            over = asyncio.Event()
            rotating = asyncio.create_task(rotate(site, over))
            played = [await play(role, house, folder, most) for role in roles]
            over.set()
            rotations, lost = await rotating, await site.lost_ever()
    cases = sum(count for count, _ in played)
    well = all(good for _, good in played)
    sys.stdout.write(json.dumps({"cases": cases, "well": well, "rotations": rotations, "lost": len(lost)}) + "\n")
    return well and not lost and cases >= least


def main() -> int:
    """Play what is asked for."""
    parser = argparse.ArgumentParser("python -m tests.contract", description=__doc__.partition("\n")[0])
    parser.add_argument("--roles", nargs="+", type=Role, default=list(Role), help="the roles that ask")
    parser.add_argument(
        "--examples", type=int, default=20, help="random cases of each operation, at most, for each role"
    )
    parser.add_argument("--least", type=int, default=20_000, help="fails with fewer cases")
    asked = parser.parse_args()
    BUILD.mkdir(exist_ok=True)
    os.environ.pop("SCHEMATHESIS_HOOKS", None)
    return 0 if asyncio.run(run(asked.roles, asked.examples, asked.least)) else 1


if __name__ == "__main__":
    sys.exit(main())
