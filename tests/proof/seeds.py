"""Which scenario a seed of the proof stands for: most are small, so that there can be many; some are large."""

from datetime import timedelta

from rotation.build import System, kind_of
from rotation.plan.request import Unproven
from simulation.drawn.chance import Chance
from simulation.drawn.faults import Faults
from simulation.drawn.scenario import Profile, Scenario
from tests.proof.drawn.drawing import SMALL, Sizes, draw
from tests.proof.drawn.wider_world import wider_world

_ONE = Sizes(servers=1, groups=1, clients=14, holdout=timedelta(days=30), quick=1.0, absent=0.03)
_TWO = Sizes(servers=2, groups=1, clients=14, holdout=timedelta(days=30), quick=1.0, absent=0.06)
_SOME = Sizes(servers=4, groups=4, clients=24, quick=0.9)
_LARGE = Sizes(groups=300, clients=5000)
_SHORT = Sizes(servers=1, groups=1, clients=6, holdout=timedelta(days=7), quick=1.0, absent=0.0, away=timedelta(days=3))
"""No client is away by the size alone: a profile may still have some away, for some days."""
_EVERY_LARGE, _EVERY_SMALL, _EVERY_SOME, _EVERY_LONG = 2000, 200, 50, 50
_SHORT_FROM = 500
"""Before it no seed is short; after it nearly all are, so that there can be ten thousand."""

SECOND = 100_000
"""From here on seeds are drawn the second way, which `make proof` plays: more servers, more clients."""
THIRD = 200_000
"""From here on as from `SECOND`, and one site in five of one server asks for the drill with HTTPS shut (rule 18)."""
FOURTH = 300_000
"""From here on as from `THIRD`, and at half of the sites one build takes its server lists late (docs/safety.md)."""
FIFTH = 400_000
"""From here on as from `THIRD`, and one site in five of several servers asks for the drill with stopped servers."""
SIXTH = 500_000
"""From here on as from `FIFTH`, in a wider world (tests/proof/drawn/wider_world.py)."""
SEVENTH = 600_000
"""From here on as from `SIXTH`; half of the operators state hand-outs with the first recovery file (rule 26)."""
_LAGGING, _LAGS, _DRILLED, _EARLY = 0.5, (timedelta(hours=1), timedelta(days=4)), 0.2, 0.5
_PAIR = Sizes(servers=2, groups=2, clients=24, holdout=timedelta(days=7), quick=1.0, absent=0.03)
_SEVERAL = Sizes(
    servers=4,
    fewest_servers=2,
    groups=3,
    clients=24,
    fewest_clients=21,
    holdout=timedelta(days=7),
    quick=1.0,
    absent=0.02,
)
_THREE = _SEVERAL.model_copy(update={"fewest_servers": 3})
_KINDS = (_SHORT, _SHORT, _SHORT, _PAIR, _SEVERAL, _THREE)
"""Two in five have two servers and more, one in five three and more, a third has over twenty clients."""
_WIDER = 0.05
BY_DEFAULT: dict[str, object] = {
    "unproven": Unproven.RELAX,
    "keep_relaxed": False,
    "leave_out_away": False,
    "looks": 60,
}
"""What a plan takes where people choose nothing, and look for a client of each build for two months."""
_STALE, _EVERY_STALE = 4, 12
"""Of so many seeds one is about stale signatures by its number alone, with several servers."""


def sizes(seed: int) -> Sizes:
    """How large the site of a seed may be."""
    for every, size in ((_EVERY_LARGE, _LARGE), (_EVERY_SMALL, SMALL), (_EVERY_SOME, _SOME)):
        if seed % every == every - 1:
            return size
    if seed >= SECOND:
        return _KINDS[seed % len(_KINDS)].model_copy(update={"wider": _WIDER})
    if seed < _SHORT_FROM:
        return (_ONE, _TWO)[seed % 2]
    if seed % _EVERY_LONG:
        return _SHORT
    return (_ONE, _TWO)[seed // _EVERY_LONG % 2].model_copy(update={"clients": 24})


def scenario(seed: int) -> Scenario:
    """The scenario of a seed, with every fault that can be drawn."""
    stale = seed >= SECOND and seed % _EVERY_STALE == _STALE
    drawn = draw(seed, sizes(seed), Faults.ALL, Profile.STALE if stale else None)
    drawn = _with_a_lag(drawn) if FOURTH <= seed < FIFTH else drawn
    drawn = drawn if seed < THIRD else _drilled(drawn)
    drawn = drawn if seed < FIFTH else _stopping(drawn)
    drawn = drawn if seed < SIXTH else wider_world(drawn)
    return drawn if seed < SEVENTH else _stating_early(drawn)


def _drilled(drawn: Scenario) -> Scenario:
    """As drawn; at some sites of one server the plan asks for the drill with HTTPS shut."""
    asks = len(drawn.spec.servers) == 1 and Chance(drawn.seed).happens(_DRILLED, "drill https")
    return drawn.model_copy(update={"drill_https": True}) if asks else drawn


def _stopping(drawn: Scenario) -> Scenario:
    """As drawn; at some sites of several servers the plan asks for the drill that stops each before its turn."""
    asks = len(drawn.spec.servers) > 1 and Chance(drawn.seed).happens(_DRILLED, "drill stop")
    return drawn.model_copy(update={"drill_stop": True}) if asks else drawn


def _stating_early(drawn: Scenario) -> Scenario:
    """As drawn; at half of the sites the operator does in one task what may be done in it."""
    return drawn.model_copy(update={"states_early": Chance(drawn.seed).happens(_EARLY, "states early")})


def _with_a_lag(drawn: Scenario) -> Scenario:
    """As drawn; at some sites all agents of one build take the server list hours or days after the policy.

    Each group that has such agents has others too: nothing shows a lag that a whole group has (docs/safety.md).
    Machines that start from an image have none: no operator looks at them.
    """
    chance, spec = Chance(drawn.seed), drawn.spec
    builds: dict[str, set[str]] = {}
    lasting = [batch for batch in spec.clients if not batch.npvdi]
    for batch in lasting:
        builds.setdefault(batch.group, set()).add(_kind(batch.build))
    alone = {kind for kinds in builds.values() if len(kinds) == 1 for kind in kinds}
    kinds = sorted({kind for each in builds.values() for kind in each} - alone)
    if not kinds or not chance.happens(_LAGGING, "list lag"):
        return drawn
    kind, lag = chance.one_of(kinds, "lagging build"), chance.between(*_LAGS, "how long")
    clients = tuple(
        batch.model_copy(update={"list_lag": lag}) if batch in lasting and _kind(batch.build) == kind else batch
        for batch in spec.clients
    )
    return drawn.model_copy(update={"spec": spec.model_copy(update={"clients": clients})})


def _kind(build: str) -> str:
    return kind_of(build, System.WINDOWS)
