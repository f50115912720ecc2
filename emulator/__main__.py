"""Serve an emulated site from the command line."""

import argparse
import asyncio
import logging
import os
import re
import sys
from collections.abc import Callable, Sequence
from datetime import timedelta
from functools import partial
from pathlib import Path
from typing import Any, NoReturn

import structlog
from pydantic import ValidationError

from emulator.scenarios import NAMES, scenario
from emulator.serving.description import Description, readable
from emulator.serving.registration import write_registration
from emulator.serving.serve import Emulator, RobotOrder, ServeOptions
from emulator.spec import SiteSpec

Words = Callable[[str], str]
"""Gives a text in a language; without a translation, as it is."""
_WITHOUT_REST = "12.1.7004.6500"
_ROBOT_KEY = "EMULATOR_ROBOT_KEY"
_UNITS = {"s": "seconds", "m": "minutes", "h": "hours", "d": "days"}


def span(text: str) -> timedelta:
    """A span such as 3s, 5m, 1h or 2d."""
    match = re.fullmatch(r"(\d+(?:\.\d+)?)([smhd])", text)
    if match is None:
        raise argparse.ArgumentTypeError(f"{text!r} is no span such as 3s, 5m or 1h")
    return timedelta(**{_UNITS[match[2]]: float(match[1])})


class _Line(argparse.ArgumentParser):
    """A command line whose own words are those of a language."""

    def __init__(self, called: str, words: Words) -> None:
        formatter = partial(_Help, words=words)
        super().__init__(prog=called, description=words(str(__doc__)), add_help=False, formatter_class=formatter)
        self.words = words
        """The texts of the language by their English ones."""

    def error(self, message: str) -> NoReturn:
        """Say what is wrong, and end."""
        self.print_usage(sys.stderr)
        self.exit(2, f"{self.prog}: {self.words('error: ')}{self.words(message)}\n")


class _Help(argparse.HelpFormatter):
    def __init__(self, prog: str, words: Words = str) -> None:
        super().__init__(prog)
        self._words = words

    def add_usage(self, usage: Any, actions: Any, groups: Any, prefix: str | None = None) -> None:
        super().add_usage(usage, actions, groups, self._words("usage: ") if prefix is None else prefix)


def parser(called: str = "python -m emulator", words: Words = str) -> argparse.ArgumentParser:
    """The command line, under the name by which it was called, with its texts in the language of `words`."""
    line = _Line(called, words)
    given = line.add_argument_group(words("options"))
    given.add_argument("-h", "--help", action="help", help=words("show this help and exit"))
    given.add_argument("--scenario", choices=NAMES, default="one-server", help=words("a site of the emulator's own"))
    given.add_argument("--spec", type=Path, help=words("a site of your own, as JSON; size options do not apply"))
    given.add_argument("--no-rest", action="store_true", help=words("the site is SEPM 12.x, which has no REST API"))
    given.add_argument("--seed", type=int, help=words("one seed makes one run"))
    given.add_argument("--clients", type=int, help=words("how many clients the site has"))
    given.add_argument("--groups", type=int, help=words("for the synthetic scenario"))
    given.add_argument("--heartbeat", type=span, help="3s, 5m, 1h")
    given.add_argument("--port", type=int, default=0, help=words("of REST over TLS; 0 picks a free one"))
    given.add_argument("--json", action="store_true", help=words("one JSON object on one line when ready"))
    given.add_argument("--robot-api", help=words("the product's API, to play the person at the console"))
    given.add_argument("--site-file", type=Path, help=words("write the document that registers the site"))
    # every user of a machine can read the command lines of all processes, but not their environments
    key = os.environ.get(_ROBOT_KEY, "")
    given.add_argument("--robot-key", default=key, help=words("the key for it; else EMULATOR_ROBOT_KEY"))
    given.add_argument("--no-supervise", action="store_true", help=words("leave a killed TLS front dead"))
    return line


def site_spec(options: argparse.Namespace) -> SiteSpec:
    """The site that the command line asks for."""
    spec = _spec(options)
    return spec.model_copy(update={"rest": False, "sepm_version": _WITHOUT_REST}) if options.no_rest else spec


def _spec(options: argparse.Namespace) -> SiteSpec:
    if options.spec is not None:
        spec = SiteSpec.model_validate_json(options.spec.read_bytes())
        return spec if options.seed is None else spec.model_copy(update={"seed": options.seed})
    return scenario(
        options.scenario,
        seed=1 if options.seed is None else options.seed,
        clients=options.clients,
        groups=options.groups,
        heartbeat=options.heartbeat,
    )


def main(arguments: Sequence[str] | None = None, called: str = "python -m emulator", words: Words = str) -> int:
    """Run until SIGINT or SIGTERM. Without `arguments` those of the process are read."""
    line = parser(called, words)
    options = line.parse_args(arguments)
    # standard output belongs to the description
    logging.basicConfig(level=logging.WARNING, stream=sys.stderr)
    structlog.configure(
        wrapper_class=structlog.make_filtering_bound_logger(logging.INFO),
        logger_factory=structlog.PrintLoggerFactory(sys.stderr),
    )
    try:
        spec = site_spec(options)
    except (OSError, ValidationError, ValueError) as error:
        line.error(str(error))
    robot = RobotOrder(options.robot_api, options.robot_key) if options.robot_api else None
    serve = ServeOptions(rest_port=options.port, supervise_front=not options.no_supervise, robot=robot)

    def ready(description: Description) -> None:
        if options.site_file is not None:
            write_registration(options.site_file, description)
        text = description.model_dump_json() if options.json else readable(description)
        sys.stdout.write(text + "\n")
        sys.stdout.flush()

    async def run() -> None:
        await Emulator(spec, serve).run(ready)

    try:
        asyncio.run(run())
    except OSError as error:
        # a port that is taken, an address that is not this machine's
        sys.stderr.write(f"{words('the site cannot be served')}: {error}\n")
        return 1
    return 0


if __name__ == "__main__":
    sys.exit(main())
