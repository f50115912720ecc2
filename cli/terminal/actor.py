"""Who speaks: every move carries a name and a reason."""

import getpass
from typing import Annotated

import typer

WhoOption = Annotated[
    str | None, typer.Option("--who", envvar="ROTATOR_WHO", help="Who says it; your login name when not given")
]
WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the audit trail")]


def named(who: str | None) -> str:
    """The name that was given, or that of the login."""
    return who or getpass.getuser()
