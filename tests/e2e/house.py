"""The product as processes: `rotator up`, killed and asked over the wire."""

import asyncio
import contextlib
import json
import os
import signal
import sys
from collections.abc import Awaitable, Callable
from contextlib import AbstractAsyncContextManager, AsyncExitStack
from dataclasses import dataclass
from pathlib import Path
from typing import Any, TypeVar

import pytest

from engine.settings import TemporalSettings
from tests.e2e.caller import TIMEOUT, Caller

_Opened = TypeVar("_Opened")
# what the machine of the tests may have set for some other service
CLEAN = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
CLEAN["ROTATOR_REHEARSAL"] = "true"  # its sites are emulated: they wait for seconds


async def look_until(
    look: Callable[[], Awaitable[Any]], holds: Callable[[Any], Any], what: str, longest: float = TIMEOUT
) -> Any:
    """Look until a condition holds; gives what was seen then. Each look costs the service work, so they become rare."""
    found, pause = None, 0.1
    try:
        async with asyncio.timeout(longest):
            while not holds(found := await look()):
                await asyncio.sleep(pause)
                pause = min(1.2 * pause, 1)
    except TimeoutError:
        pytest.fail(f"still not: {what}; last seen: {found}")
    return found


async def side_by_side(stack: AsyncExitStack, *opened: AbstractAsyncContextManager[_Opened]) -> list[_Opened]:
    """Enter some contexts at once, e.g. start some programs; `stack` leaves them."""
    async with asyncio.TaskGroup() as group:
        entering = [group.create_task(stack.enter_async_context(each)) for each in opened]
    return [each.result() for each in entering]


@dataclass
class Program:
    """A process whose first line of standard output is JSON; everything it says lies in two files."""

    process: asyncio.subprocess.Process
    logs: tuple[Path, Path]
    printed: dict[str, Any]

    @classmethod
    async def start(cls, folder: Path, name: str, *arguments: str, **environment: str) -> "Program":
        """Start `python -m ARGUMENTS`, and wait for its line."""
        return await cls.run(folder, name, (sys.executable, "-m", *arguments), environment)

    @classmethod
    async def run(cls, folder: Path, name: str, command: tuple[str, ...], environment: dict[str, str]) -> "Program":
        """Start a command that begins one, and wait for its line."""
        out, err = folder / f"{name}.out", folder / f"{name}.err"
        with out.open("wb") as stdout, err.open("wb") as stderr:
            environment = {**CLEAN, **environment}
            process = await asyncio.create_subprocess_exec(*command, stdout=stdout, stderr=stderr, env=environment)

        async def line() -> str:
            assert process.returncode is None, err.read_text()
            return out.read_text()

        try:
            text = await look_until(line, lambda text: "\n" in text, f"{name} is ready")
        except BaseException:
            await _end(process)
            raise
        return cls(process, (out, err), json.loads(text.partition("\n")[0]))

    async def stop(self) -> None:
        """SIGTERM, and wait for the end."""
        await _end(self.process)


async def _end(process: asyncio.subprocess.Process) -> None:
    if process.returncode is None:
        process.terminate()
        try:
            await asyncio.wait_for(process.wait(), TIMEOUT)
        except TimeoutError:
            process.kill()
            await process.wait()


@dataclass
class House(Caller):
    """A running `rotator up`, and a caller of its API."""

    folder: Path
    program: Program

    @classmethod
    async def open(cls, folder: Path, before: tuple[str, ...] = (), /, **environment: str) -> "House":
        """Start everything on free ports, with these settings; by the command `before` where one is given."""
        root = folder / "var"
        ports = ("--port", "0", "--temporal-port", "0", "--ui-port", "0")
        command = (
            *before,
            sys.executable,
            "-m",
            "cli.main",
            "up",
            "--folder",
            str(root),
            "--name",
            "Ann",
            "--json",
            *ports,
        )
        program = await Program.run(folder, "up", command, environment)
        where = TemporalSettings(
            address=program.printed["temporal"],
            namespace=program.printed["namespace"],
            signing_keys=None,
            signing_keys_file=root / "signing.key",
        )
        key = (root / "api.key").read_text().strip()
        return cls((program.printed["api"],), key, where, root, program)

    async def close(self) -> None:
        """Stop everything."""
        await super().close()
        await self.program.stop()

    async def pid(self, child: str) -> int | None:
        """The process id of a child now."""
        with contextlib.suppress(FileNotFoundError):
            found: int | None = json.loads((self.folder / "up.json").read_text())["pids"].get(child)
            return found
        return None

    async def kill(self, child: str) -> None:
        """Kill a child with -9, and wait until its supervisor has it running again."""
        before = await self.pid(child)
        assert before is not None
        os.kill(before, signal.SIGKILL)
        await look_until(lambda: self.pid(child), lambda pid: pid not in {None, before}, f"{child} runs again")
        assert (await self.ask("GET", "/healthz/ready")).status_code == 200
