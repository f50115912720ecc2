"""Runs commands of the command line for tests of the API."""

import asyncio
import os
import pty
import sys

from structlog.testing import capture_logs
from typer.testing import CliRunner

from cli.main import app
from cli.terminal.formatting import ERRORS, OUT

_ASKS_WITHIN = 120
"""Seconds for what takes some ten of a machine that has nothing else to do."""
_ENGLISH = {"LC_ALL": "C.UTF-8"}
"""Commands speak English wherever the tests run, unless a test asks for another language."""
APART = {"simulate", "key", "keys"}
"""Commands that set up the logging of their process, or whose requests are logged into the same output."""


def in_this_process(arguments, environment):
    """A command in this process, which has imported it already; one at a time, for it takes standard output."""
    unset = {name: None for name in os.environ if name.startswith("ROTATOR_")}
    before = OUT.width, ERRORS.width
    OUT.width = ERRORS.width = int(environment["COLUMNS"])  # a process of its own reads it when it begins
    try:
        # what the API logs meanwhile in this process is no output of the command
        with capture_logs():
            done = CliRunner().invoke(app, arguments, env=unset | _ENGLISH | environment, catch_exceptions=False)
    finally:
        OUT.width, ERRORS.width = before
    return done.exit_code, done.stdout, done.stderr


async def in_a_process(arguments, typed, environment):
    """A command in a process of its own, with a terminal if anything is typed."""
    keyboard, terminal = pty.openpty()
    clean = {name: value for name, value in os.environ.items() if not name.startswith("ROTATOR_")}
    process = await asyncio.create_subprocess_exec(
        sys.executable, "-c", "from cli.main import main; main()", *arguments,
        env={**clean, **_ENGLISH, **environment},
        stdin=terminal if typed else asyncio.subprocess.DEVNULL,
        stdout=asyncio.subprocess.PIPE, stderr=asyncio.subprocess.PIPE,
        start_new_session=True,  # a terminal of the person who runs the tests is not asked
    )  # fmt: skip
    asked = b""
    if typed and process.stderr is not None:
        # what is typed before a question that hides it is thrown away
        asked = await asyncio.wait_for(process.stderr.readuntil(b": "), _ASKS_WITHIN)
        os.write(keyboard, f"{typed}\n".encode())
    out, err = await process.communicate()
    os.close(keyboard)
    os.close(terminal)
    return process.returncode, out.decode(), (asked + err).decode()
