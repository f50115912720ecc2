"""Which scenario a seed of the proof stands for: most are small, so that there can be many; some are large."""

from datetime import timedelta

from simulation.drawing import SMALL, Faults, Sizes, draw
from simulation.scenario import Scenario

_ONE = Sizes(servers=1, groups=2, clients=12, holdout=timedelta(days=30), quick=0.9, absent=0.1)
_TWO = Sizes(servers=2, groups=2, clients=24, holdout=timedelta(days=45), quick=0.9, absent=0.15)
_SOME = Sizes(servers=4, groups=4, clients=24, quick=0.9)
_LARGE = Sizes(groups=300, clients=5000)
_EVERY_LARGE, _EVERY_SMALL = 2000, 25


def sizes(seed: int) -> Sizes:
    """How large the site of a seed may be."""
    if seed % _EVERY_LARGE == _EVERY_LARGE - 1:
        return _LARGE
    if seed % _EVERY_SMALL == 0:
        return SMALL
    return (_ONE, _TWO, _TWO, _SOME)[seed % 4]


def is_small(seed: int) -> bool:
    """Whether a seed's site has few servers and groups: those go through the real Temporal too."""
    return sizes(seed) in {_ONE, _TWO}


def scenario(seed: int) -> Scenario:
    """The scenario of a seed, with every fault that can be drawn."""
    return draw(seed, sizes(seed), Faults.ALL)
