"""The Dockerfile as its instructions."""

import json
import re
import shlex
from pathlib import Path

ROOT = Path(__file__).parents[2]
FOLDER = "/var/lib/rotator"


def instructions() -> list[tuple[str, str]]:
    """Name and rest of every instruction, with lines that go on put together."""
    text = (ROOT / "deploy" / "Dockerfile").read_text("utf-8")
    lines = [line for line in text.splitlines() if not line.startswith("#")]
    whole = re.sub(r"\\\n\s*", "", "\n".join(lines)).splitlines()
    return [(name, rest.strip()) for name, _, rest in (line.partition(" ") for line in whole) if name]


def arguments(name: str) -> list[str]:
    """The rests of all instructions of one name."""
    return [rest for each, rest in instructions() if each == name]


def command() -> list[str]:
    """What a container runs when nothing else is asked for."""
    words: list[str] = json.loads(arguments("ENTRYPOINT")[-1]) + json.loads(arguments("CMD")[-1])
    return words


def commands_of_pip() -> list[list[str]]:
    """The words of every call of pip, from pip on."""
    calls = [call.strip() for run in arguments("RUN") for call in run.split("&&") if "/pip " in call]
    return [shlex.split(call)[1:] for call in calls]
