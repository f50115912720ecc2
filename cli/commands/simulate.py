"""`rotator simulate`: what a rotation would do to a site, before anything is touched."""

import asyncio
import logging
import sys
from datetime import timedelta
from typing import TYPE_CHECKING, Annotated, Any

import structlog
import typer
from pydantic import TypeAdapter, ValidationError

from cli.language.wording import _, counted, recognised
from cli.terminal.client import FOLDER, Api, ApiOption, FolderOption, answered, opened
from cli.terminal.fault import UnreadableError
from cli.terminal.formatting import ERRORS

if TYPE_CHECKING:
    from simulation.subject import Subject

_SPAN = TypeAdapter(timedelta)
_LONGEST = timedelta(days=3650)
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_FAILED = 1
_CLIENTS, _SAMPLE, _HOLDOUT = 500, 5000, timedelta(days=30)


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("simulate")(simulate)


@answered
def simulate(
    *,
    plan: Annotated[str | None, typer.Option(help="A plan's id: its site is played as it was surveyed")] = None,
    clients: Annotated[
        int | None, typer.Option(min=1, max=100_000, help="Clients of the site [500]; of a plan's, at most [5000]")
    ] = None,
    groups: Annotated[int | None, typer.Option(min=1, max=300, help="Groups of the site [20]")] = None,
    servers: Annotated[int | None, typer.Option(min=1, max=12, help="Management servers of the site [3]")] = None,
    heartbeat: Annotated[str | None, typer.Option(help="Heartbeat interval: 5m, 1h, PT12H [1h]")] = None,
    holdout: Annotated[
        str | None, typer.Option(help="How long the last server keeps its certificate: 30d, 90d [30d]")
    ] = None,
    runs: Annotated[int, typer.Option(min=1, help="How many rotations to play")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the first run; each further run takes the next one")] = 1,
    faults: Annotated[
        str, typer.Option(help="none: SEPM as is most likely; unknown: in any way that no public source rules out")
    ] = "none",
    api: ApiOption = None,
    folder: FolderOption = FOLDER,
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object; progress goes to standard error")
    ] = False,
) -> None:
    """Play whole rotations on simulated time, with the very code that rotates a real site.

    Of a plan, with --plan, as its site was surveyed; or of a synthetic site by its size. Prints the clients lost, the
    durations, the time with secure communications off, and the command for each of the worst runs. Exit code 0 only
    when no client was lost by the rotation and every rotation ended.
    """
    size = {
        "groups": groups,
        "servers": servers,
        "heartbeat": heartbeat and _span("--heartbeat", heartbeat),
        "holdout": holdout and _span("--holdout", holdout),
    }
    given = {name: value for name, value in size.items() if value is not None}
    # here and not above: the other commands, and a refusal, need nothing of the emulator
    from simulation.drawn.faults import Faults  # noqa: PLC0415 - see above
    from simulation.drawn.of_plan import CannotBePlayedError  # noqa: PLC0415 - see above
    from simulation.judged.report import report  # noqa: PLC0415 - see above
    from simulation.played.many import play_many  # noqa: PLC0415 - see above

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if faults not in {Faults.NONE, Faults.UNKNOWN}:
        raise typer.BadParameter(_("--faults is none or unknown, not %(given)s", given=repr(faults)))
    if plan is not None:
        if given:
            named = ", ".join(f"--{name}" for name in given)
            raise typer.BadParameter(_("%(named)s: with --plan the site is as it was surveyed", named=named))
        with opened(api, folder) as rotator:
            subject = _planned(rotator, plan, clients or _SAMPLE)
    else:
        subject = _sized({"clients": clients or _CLIENTS, "holdout": _HOLDOUT, **given})
    try:
        with _progress(runs) as advance:
            records = asyncio.run(play_many(subject, Faults(faults), range(seed, seed + runs), advance))
    except CannotBePlayedError as error:
        raise UnreadableError(recognised(str(error))) from None
    made = report(subject.described, Faults(faults), records)
    if as_json:
        sys.stdout.write(made.model_dump_json(indent=2) + "\n")
    else:
        from cli.commands.simulate_report import show  # noqa: PLC0415 - see above

        show(made)
    sys.stdout.flush()
    if made.lost_by_the_rotation or any(each.outcome == "unfinished" for each in records):
        raise typer.Exit(_FAILED)


def _planned(rotator: Api, plan: str, most: int) -> "Subject":
    """The site of a plan, from the service that has surveyed it."""
    from rotation.plan.plan_with_site import SurveyedPlan  # noqa: PLC0415 - as above
    from simulation.subject import by_plan  # noqa: PLC0415 - as above

    return by_plan(SurveyedPlan.model_validate(rotator.get(f"/v1/plans/{plan}/surveyed", clients=most)), most)


def _sized(size: dict[str, Any]) -> "Subject":
    """A synthetic site."""
    from simulation.drawn.synthetic import Size  # noqa: PLC0415 - as above
    from simulation.subject import by_size  # noqa: PLC0415 - as above

    return by_size(Size.model_validate(size))


def _span(option: str, text: str) -> timedelta:
    """A length of time as people write it (90d, 1h, 5m) or as ISO 8601 has it.

    Raises:
        typer.BadParameter: when it is neither, or not positive.
    """
    number, unit = text[:-1], text[-1:]
    try:
        span = (
            timedelta(**{_UNITS[unit]: float(number)})
            if unit in _UNITS and not text.startswith("P")
            else _SPAN.validate_python(text)
        )
    except (ValueError, ValidationError, OverflowError):
        raise typer.BadParameter(
            _("%(option)s: %(text)s is no length of time; give e.g. 90d, 12h or P90D", option=option, text=repr(text))
        ) from None
    if span <= timedelta(0):
        raise typer.BadParameter(_("%(option)s: %(text)s is not longer than zero", option=option, text=repr(text)))
    if span > _LONGEST:
        raise typer.BadParameter(
            counted(
                "%(option)s: %(text)s is longer than %(count)s day",
                "%(option)s: %(text)s is longer than %(count)s days",
                _LONGEST.days,
                option=option,
                text=repr(text),
            )
        )
    return span


class _progress:  # noqa: N801 - reads as a function where it is used
    """A bar on standard error."""

    def __init__(self, runs: int) -> None:
        from rich.progress import Progress  # noqa: PLC0415 - needed here only

        self._bar = Progress(console=ERRORS, transient=True)
        self._task = self._bar.add_task(_("rotations"), total=runs)

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda: self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
