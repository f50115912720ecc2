"""The script that asks every server over plain HTTP, for the shell that runs it."""

from collections.abc import Iterable
from enum import StrEnum

from rotation.reach.powershell import powershell
from rotation.reach.shell import shell
from rotation.reach.targets import Target


class Shell(StrEnum):
    """What runs the script."""

    POWERSHELL = "powershell"
    SH = "sh"


def script(asked: Iterable[Target], runs_in: Shell) -> str:
    """The script for these servers and ports."""
    return powershell(asked) if runs_in is Shell.POWERSHELL else shell(asked)
