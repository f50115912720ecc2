"""Why: a move carries a reason."""

from typing import Annotated

import typer

WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the audit trail")]
