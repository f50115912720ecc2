"""`rotator approve`, `hold`, `resume`, `proceed`, `cancel`, `roll-back`, ...: what people say to a rotation."""

from typing import Annotated, Any

import typer

from cli.language.wording import _
from cli.terminal.client import FOLDER, ApiOption, FolderOption, JsonOption, answered, opened
from cli.terminal.formatting import say, say_json
from cli.terminal.question import QuestionOption, read_question
from cli.terminal.retrying import say_patiently

_HELP = {
    "approve": "Approve an amendment, or another person's wish to proceed.",
    "hold": "Stand still before the next act; needs --why.",
    "resume": "Go on after a hold.",
    "proceed": "Go on without the clients that are not covered; needs --why and a second person's approval.",
    "look-again": "Read the open gate now.",
    "retry": "Try again what has failed and asks for attention.",
    "cancel": "Turn back and restore, before the first certificate is replaced; needs --why.",
    "roll-back": "Put the old certificates back, after the first was replaced; needs --why and a second person.",
    "finish": "Let the rotation finish instead of rolling it back.",
}
_RotationArgument = Annotated[str, typer.Argument(help="The rotation's id")]
_WhyOption = Annotated[str, typer.Option("--why", help="The reason, for the audit trail")]


_ANSWERS = frozenset({"approve", "proceed", "retry", "finish"})


def register(app: typer.Typer) -> None:
    """Add a command for each move."""
    for move, text in _HELP.items():
        (_add_answer if move in _ANSWERS else _add)(app, move, text)
    app.command("state-gate", help="State what the console shows of the open gate; a second person approves.")(
        state_gate
    )
    app.command("extend", help="Wait longer in the current gate; needs --why.")(extend)


def _add(app: typer.Typer, move: str, text: str) -> None:
    @app.command(move, help=text)
    @answered
    def command(
        rotation: _RotationArgument,
        *,
        why: _WhyOption = "",
        api: ApiOption = None,
        folder: FolderOption = FOLDER,
        as_json: JsonOption = False,
    ) -> None:
        with opened(api, folder) as rotator:
            moved = say_patiently(rotator, f"/v1/rotations/{rotation}/{move}", {"why": why})
        _say(moved, as_json=as_json)


def _add_answer(app: typer.Typer, move: str, text: str) -> None:
    @app.command(move, help=f"{text} Shows the question, and asks back.")
    @answered
    def command(
        rotation: _RotationArgument,
        *,
        why: _WhyOption = "",
        question: QuestionOption = "",
        api: ApiOption = None,
        folder: FolderOption = FOLDER,
        as_json: JsonOption = False,
    ) -> None:
        with opened(api, folder) as rotator:
            body = {"why": why, "question": read_question(rotator, rotation, move, question)}
            moved = say_patiently(rotator, f"/v1/rotations/{rotation}/{move}", body)
        _say(moved, as_json=as_json)


@answered
def extend(
    rotation: _RotationArgument,
    by: Annotated[str, typer.Option(help="How much longer, as ISO 8601 duration: P7D, PT12H")],
    *,
    why: _WhyOption = "",
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """Wait longer in the current gate."""
    with opened(api, folder) as rotator:
        moved = say_patiently(rotator, f"/v1/rotations/{rotation}/extend", {"why": why, "by": by})
    _say(moved, as_json=as_json)


@answered
def state_gate(
    rotation: _RotationArgument,
    clients: Annotated[int, typer.Option(help="How many clients of the gate's groups the console shows", min=0)],
    covered: Annotated[int, typer.Option(help="How many of them as the gate wants them", min=0)],
    *,
    missing: Annotated[list[str] | None, typer.Option(help="A client that is not; may be given more than once")] = None,
    why: Annotated[str, typer.Option("--why", help="What was looked at in the console")],
    question: QuestionOption = "",
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: JsonOption = False,
) -> None:
    """State what the console shows of the open gate."""
    evidence = {"clients": str(clients), "covered": str(covered), "missing": ", ".join(missing or ())}
    with opened(api, folder) as rotator:
        asked = read_question(rotator, rotation, "state_gate", question)
        body = {"why": why, "evidence": evidence, "question": asked}
        moved = say_patiently(rotator, f"/v1/rotations/{rotation}/state-gate", body)
    _say(moved, as_json=as_json)


def _say(moved: dict[str, Any], *, as_json: bool) -> None:
    say_json(moved) if as_json else say(
        _("%(move)s: accepted by rotation %(rotation_id)s", move=moved["move"], rotation_id=moved["rotation_id"])
    )
