"""`rotator demo`: the whole product on two emulated sites, on this machine, in some minutes."""

import json
import sys
from typing import Annotated

import typer

from cli.language.wording import _
from cli.terminal.client import answered

_FAILED, _INTERRUPTED = 1, 130


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("demo")(demo)


@answered
def demo(
    seed: Annotated[int, typer.Option(min=0, help="One seed makes the same sites and the same administrator")] = 1,
    *,
    keep: Annotated[
        bool, typer.Option("--keep", help="Leave everything running at the end, until Ctrl-C; its folder stays")
    ] = False,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object at the end; progress goes to standard error")
    ] = False,
    naive: Annotated[
        bool,
        typer.Option("--naive", help="Replace all certificates at once, without the product, and count the losses"),
    ] = False,
) -> None:
    """Rotate two emulated sites on this machine. Nothing outside of it is touched, and nothing of it stays.

    Exit code 0 only when both rotations completed and the emulator says that no client was lost.
    """
    # here and not above: the other commands need nothing of the emulator
    from cli.demo.play import play, stay  # noqa: PLC0415 - see above
    from cli.demo.screen import Screen  # noqa: PLC0415 - see above
    from cli.demo.stage import StageError, stage  # noqa: PLC0415 - see above

    screen = Screen(to_stderr=as_json)
    try:
        with stage(keep=keep) as made:
            result, good = play(made, screen, seed, naive=naive)
            if as_json:
                sys.stdout.write(json.dumps(result, ensure_ascii=False) + "\n")
                sys.stdout.flush()
            if keep:
                stay(made, screen, result)
    except KeyboardInterrupt:
        screen.say(_("Stopped; nothing that was started goes on."))
        raise typer.Exit(_INTERRUPTED) from None
    except StageError as error:
        screen.say(str(error), style="red")
        raise typer.Exit(_FAILED) from None
    if not good:
        raise typer.Exit(_FAILED)
