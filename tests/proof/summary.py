"""Everything that a proof has played, summed up."""

from collections import Counter
from collections.abc import Iterable, Iterator, Sequence
from datetime import timedelta

from pydantic import Field
from rich.console import Console
from rich.table import Table

from rotation.values import Value
from tests.proof.beside import Beside
from tests.proof.beside import table as compared
from tests.proof.outcome import Outcome
from tests.proof.reach import missing
from tests.proof.ways import Way

_DAY = timedelta(days=1)
WHOLE = 200
"""Of so many rotations through Temporal a whole proof has."""


class Summary(Value):
    """A whole proof."""

    wanted: int
    rotations: int
    """Played in process, without the sites for which no plan was made."""
    wanted_compared: int
    compared: int
    """Played through the real Temporal too, event by event."""
    ways: dict[str, int] = Field(default_factory=dict)
    """How many of these took each way out that a proof must have taken there."""
    servers: int
    groups: int
    clients: int
    client_days: float
    site_days: float
    outcomes: dict[str, int]
    refusals: dict[str, int]
    """Why no plan was made, by code."""
    lost_outside_the_promise: int
    exemptions: dict[str, int]
    """Rotations in which a client was lost that the promise does not cover, by why it does not."""
    failures: tuple[str, ...]
    codes: dict[str, int] = Field(default_factory=dict)
    """In how many rotations each code came up."""
    traits: dict[str, int] = Field(default_factory=dict)
    """In how many rotations each of what is to be covered was there."""
    missing: tuple[str, ...] = ()
    """What of both neither came up nor is come to by a named test."""
    cpu_seconds_each: float
    beside: tuple[Beside, ...] = ()
    """What rival strategies did to some of the sites, by kind of site."""

    @property
    def untaken(self) -> tuple[str, ...]:
        """The ways out that a whole run through Temporal must have taken, and this one has not."""
        return tuple(way for way, taken in self.ways.items() if not taken) if self.wanted_compared >= WHOLE else ()


def summary(played: Sequence[Outcome], compared: Sequence[Outcome], wanted: int, wanted_compared: int) -> Summary:
    """The sum of what was played in process, and of what was played through the real Temporal again."""
    everything = tuple(played)
    came_up = _counted(code for each in everything for code in each.codes)
    covered = _counted(trait for each in everything for trait in each.traits)
    same = [each for each in compared if each.differs == "" and not each.error]
    return Summary(
        wanted=wanted,
        rotations=sum(not each.refused for each in everything),
        wanted_compared=wanted_compared,
        compared=sum(each.differs is not None for each in compared),
        ways={way.value: sum(way in each.ways for each in same) for way in Way},
        servers=sum(each.servers for each in everything),
        groups=sum(each.groups for each in everything),
        clients=sum(each.clients for each in everything),
        client_days=round(sum((each.client_time for each in everything), timedelta(0)) / _DAY, 1),
        site_days=round(sum((each.duration for each in everything), timedelta(0)) / _DAY, 1),
        outcomes=_counted(each.ended for each in everything),
        refusals=_counted(code for each in everything for code in each.refused),
        lost_outside_the_promise=sum(each.lost for each in everything if not each.violations),
        exemptions=_counted(exemption for each in everything for exemption in each.exemptions if exemption),
        failures=(
            *(f"seed {each.seed}: {failure}" for each in everything for failure in failures(each)),
            *(f"seed {each.seed}: {failure}" for each in compared for failure in differences(each)),
        ),
        codes=came_up,
        traits=covered,
        missing=tuple(missing([*came_up, *covered])),
        cpu_seconds_each=round(sum(each.cpu.total_seconds() for each in played) / max(1, len(played)), 3),
    )


def failures(one: Outcome) -> Iterator[str]:
    """Everything for which a seed that was played in process is no proof, but its contrary."""
    for violation in one.violations:
        yield f"{violation.invariant}: {violation.subject}: {violation.message}"
    if one.error:
        yield one.error
    if one.ended == "unfinished":
        yield f"it did not end: {one.reason}"


def differences(one: Outcome) -> Iterator[str]:
    """How a seed went through Temporal otherwise than in process."""
    if one.error:
        yield f"through Temporal: {one.error}"
    if one.differs:
        yield f"Temporal differs: {one.differs}"


def show(console: Console, proof: Summary, seconds: float) -> None:
    """Print a summary as people read it."""
    table = Table(show_header=False, box=None, pad_edge=False)
    for name, value in (
        ("random rotations in process", f"{proof.rotations:,} of {proof.wanted:,}"),
        ("of their seeds through the real Temporal", f"{proof.compared:,} of {proof.wanted_compared:,}"),
        ("servers, groups, clients", f"{proof.servers:,}, {proof.groups:,}, {proof.clients:,}"),
        ("simulated client-days", f"{proof.client_days:,.0f}"),
        ("simulated years of a site", f"{proof.site_days / 365.25:,.0f}"),
        ("ended as", _listed(proof.outcomes)),
        ("no plan, because of", _listed(proof.refusals)),
        ("clients lost outside the promise", f"{proof.lost_outside_the_promise:,}"),
        ("in rotations, because", _listed(proof.exemptions)),
        ("codes that came up", f"{len(proof.codes):,}, the rarest {_listed(dict(list(proof.codes.items())[-3:]))}"),
        ("neither these nor a named test come to", ", ".join(proof.missing) or "-"),
        ("violations and other failures", f"{len(proof.failures):,}"),
        ("time", f"{seconds / 60:.1f} min, {proof.cpu_seconds_each} s of CPU a rotation"),
    ):
        table.add_row(name, value)
    console.print(table)
    if proof.wanted_compared:
        console.print(_taken(proof))
    if proof.beside:
        console.print("\n".join(compared(proof.beside)), markup=False)
    for failure in proof.failures[:20]:
        console.print(f"  {failure}", markup=False)


def _taken(proof: Summary) -> Table:
    table = Table("through Temporal, with the same events", "rotations", box=None, pad_edge=False)
    for way, number in proof.ways.items():
        table.add_row(way, f"{number:,}{', and there must be one' if way in proof.untaken else ''}")
    return table


def _counted(names: Iterable[str]) -> dict[str, int]:
    return dict(Counter(names).most_common())


def _listed(counts: dict[str, int]) -> str:
    return ", ".join(f"{name} {number:,}" for name, number in counts.items()) or "-"
