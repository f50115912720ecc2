"""`rotator simulate`: what a rotation would do to a site, before anything is touched."""

import asyncio
import logging
import sys
from datetime import timedelta
from typing import Annotated, Any

import structlog
import typer
from pydantic import TypeAdapter, ValidationError

from cli.client import answered

_SPAN = TypeAdapter(timedelta)
_UNITS = {"d": "days", "h": "hours", "m": "minutes", "s": "seconds"}
_FAILED = 1


def register(app: typer.Typer) -> None:
    """Add this command."""
    app.command("simulate")(simulate)


@answered
def simulate(
    *,
    clients: Annotated[int, typer.Option(min=0, max=100_000, help="Clients of the site")] = 500,
    groups: Annotated[int, typer.Option(min=1, max=300, help="Groups of the site")] = 20,
    servers: Annotated[int, typer.Option(min=1, max=12, help="Management servers of the site")] = 3,
    heartbeat: Annotated[str, typer.Option(help="Heartbeat interval: 5m, 1h, PT12H")] = "1h",
    holdout: Annotated[str, typer.Option(help="How long the last server keeps its certificate: 30d, 90d")] = "30d",
    runs: Annotated[int, typer.Option(min=1, help="How many rotations to play")] = 1,
    seed: Annotated[int, typer.Option(min=0, help="Of the first run; each further run takes the next one")] = 1,
    faults: Annotated[
        str, typer.Option(help="none: SEPM as is most likely; unknown: in any way that no public source rules out")
    ] = "none",
    as_json: Annotated[
        bool, typer.Option("--json", help="Print one JSON object; progress goes to standard error")
    ] = False,
) -> None:
    """Play whole rotations of a synthetic site on simulated time, with the very code that rotates a real one.

    Prints the clients lost, the durations, the time with secure communications off, and the seed of each of the worst
    runs. Exit code 0 only when no client was lost by the rotation and every rotation ended.
    """
    # here and not above: the other commands need nothing of the emulator
    from simulation.drawing import Faults  # noqa: PLC0415 - see above
    from simulation.many import play_many  # noqa: PLC0415 - see above
    from simulation.report import report  # noqa: PLC0415 - see above
    from simulation.synthetic import Size  # noqa: PLC0415 - see above

    structlog.configure(wrapper_class=structlog.make_filtering_bound_logger(logging.WARNING))
    if faults not in {Faults.NONE, Faults.UNKNOWN}:
        raise typer.BadParameter(f"--faults is none or unknown, not {faults!r}")
    size = Size(
        clients=clients,
        groups=groups,
        servers=servers,
        heartbeat=_span("--heartbeat", heartbeat),
        holdout=_span("--holdout", holdout),
    )
    with _progress(runs) as advance:
        records = asyncio.run(play_many(size, Faults(faults), range(seed, seed + runs), advance))
    told = report(size, Faults(faults), records)
    if as_json:
        sys.stdout.write(told.model_dump_json(indent=2) + "\n")
    else:
        from cli.simulate_report import show  # noqa: PLC0415 - see above

        show(told)
    sys.stdout.flush()
    if told.lost_by_the_rotation or any(each.outcome == "unfinished" for each in records):
        raise typer.Exit(_FAILED)


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
        raise typer.BadParameter(f"{option}: {text!r} is no length of time; say e.g. 90d, 12h or P90D") from None
    if span <= timedelta(0):
        raise typer.BadParameter(f"{option}: {text!r} is not longer than nothing")
    return span


class _progress:  # noqa: N801 - reads as a function where it is used
    """A bar on standard error."""

    def __init__(self, runs: int) -> None:
        from rich.console import Console  # noqa: PLC0415 - needed here only
        from rich.progress import Progress  # noqa: PLC0415 - needed here only

        self._bar = Progress(console=Console(stderr=True), transient=True)
        self._task = self._bar.add_task("rotations", total=runs)

    def __enter__(self) -> Any:
        self._bar.start()
        return lambda: self._bar.advance(self._task)

    def __exit__(self, *_: object) -> None:
        self._bar.stop()
