"""The result of a simulation as the page reads it out of the API's document, which has more."""

from datetime import timedelta
from typing import Generic, TypeVar

from pydantic import ConfigDict

from rotation.finding import Finding
from rotation.values import Value

_Measure = TypeVar("_Measure", int, timedelta)


class _Read(Value):
    model_config = ConfigDict(extra="ignore")


class ShownSpread(_Read, Generic[_Measure]):
    """How a measure is spread over the runs."""

    least: _Measure
    median: _Measure
    most_of_95: _Measure
    most: _Measure


class ShownLoss(_Read):
    """A client that lost its site in a run."""

    client: str
    group: str
    why: str
    exemption: str = ""


class ShownRun(_Read):
    """One of the worst runs."""

    seed: int
    outcome: str
    reason: str = ""
    lost: tuple[ShownLoss, ...]
    refused: tuple[Finding, ...] = ()


class ShownDifference(_Read):
    """How plans that were played differ from the approved one."""

    finding: Finding
    runs: int


class PlayedSite(_Read):
    """How much of the site was played."""

    clients_of_site: int
    played: int
    vanished: int


class SimulationResult(_Read):
    """What would happen to the site."""

    played: PlayedSite
    runs: int
    outcomes: dict[str, int]
    lost: ShownSpread[int]
    lost_by_the_rotation: int
    left_out: ShownSpread[int]
    duration: ShownSpread[timedelta]
    exposure: ShownSpread[timedelta]
    differs: tuple[ShownDifference, ...] = ()
    worst: tuple[ShownRun, ...]
    again: dict[int, str]

    @property
    def telling(self) -> tuple[ShownRun, ...]:
        """The worst runs that lost a client, or did not end as they should."""
        return tuple(each for each in self.worst if each.lost or each.reason or each.refused)

    @property
    def is_good(self) -> bool:
        """Whether no client was lost by the rotation, and every run came to an end."""
        return not self.lost_by_the_rotation and "unfinished" not in self.outcomes
