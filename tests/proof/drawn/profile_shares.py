"""Profiles: what a drawn scenario is about.

Most holes take several rare ingredients at once: a profile has those come up together.
"""

from collections.abc import Mapping
from datetime import timedelta
from types import MappingProxyType

from rotation.plan.request import Unproven
from rotation.values import Value
from simulation.drawn.chance import Chance
from simulation.drawn.scenario import Profile

_MINUTE, _HOUR, _DAY = timedelta(minutes=1), timedelta(hours=1), timedelta(days=1)
_FAILS_OVER = ("14.3.9816.7000", "14.3.558.0000", "14.0.3752.1000")
_BUILDS = (*_FAILS_OVER, "14.2.3335.1000", "14.2.770.0000", "12.1.7454.7000")
_SHORT = (6 * _HOUR, 2 * _DAY)
_HEARTBEATS = (_HOUR, 30 * _MINUTE, 4 * _HOUR)
_ORDINARY = 0.4
"""The share of seeds whose scenario is about nothing in particular."""


class Shares(Value):
    """How often each ingredient of a scenario comes up. Of options each is half again as likely as the next one."""

    servers: tuple[int, ...] = (1, 2, 3, 4, 5, 7, 9, 12)
    lists: tuple[int, int] = (0, 3)
    """How many lists there are beside the default one, at least and at most."""
    in_list: float = 0.7
    """That a list offers a server."""
    own_lists: bool = False
    """Whether the default list, which no person can edit, is not used."""
    http: float = 0.15
    groups: int = 0
    """How many groups there are below the top one, at least."""
    inherits: float = 0.5
    locations: tuple[int, ...] = (1, 2, 3)
    insecure: float = 0.12
    push: float = 0.15
    heartbeats: tuple[timedelta, ...] = (_HOUR, 5 * _MINUTE, 30 * _MINUTE, 4 * _HOUR, 12 * _HOUR, _MINUTE, 24 * _HOUR)
    own_heartbeat: float = 0.1
    """That a location has another heartbeat than the site's."""

    clients: int = 0
    """How many clients there are at least."""
    alone: bool = False
    """Whether no two clients are alike."""
    builds: tuple[str, ...] = _BUILDS
    image: float = 0.04
    """That clients start from a golden image."""
    partial: float = 0.1
    """That clients reach some servers only."""
    one_server: bool = False
    """Whether it is one server that those reach."""
    absent: float | None = None
    """That clients are away at some time; None: as the sizes of the scenario have it."""
    leaves: tuple[timedelta, timedelta] = (-20 * _DAY, 20 * _DAY)
    away_for: tuple[timedelta, timedelta] = (_DAY, 45 * _DAY)
    nights: float = 3 / 7
    """Of clients that are away, the share that is so at night only."""
    gone: float = 3 / 35
    """Of clients that are away, the share that never comes back."""

    proxy: float = 0.08
    stale: float = 0.05
    slip: float = 0.08
    """That the person at the console makes a certain mistake."""
    happens: float = 0.1
    """That a certain kind of site event happens unasked."""
    site_event: tuple[str, ...] = ()
    """What mostly happens, by the kinds of tests/proof/drawn/event_draws.py."""
    within: tuple[timedelta, timedelta] = (_DAY, 60 * _DAY)
    """The time from the beginning in which things happen."""
    times: float | None = None
    """How often each of them happens within that time, on average; None: less often where that time is short."""

    unproven: tuple[Unproven, ...] = (Unproven.RELAX, Unproven.APPROVE, Unproven.DRILL)
    keep_relaxed: float = 0.2
    leave_out_away: float = 0.5
    floors: tuple[timedelta, ...] = (24 * _HOUR, timedelta(0), 72 * _HOUR)
    holdouts: tuple[timedelta, ...] = (30 * _DAY, 6 * _HOUR, 2 * _DAY, 10 * _DAY)
    """How long a holdout lasts at least."""
    quick: float | None = None
    """That people are there within half an hour; None: as the sizes of the scenario have it."""
    cancel: float = 0.15
    cancel_at_replacement: float = 0.05
    roll_back: float = 0.15
    roll_back_restored: float = 0.0
    """Of roll-backs, the share that is asked for once settings are being restored."""


_SMALL = {"holdouts": _SHORT, "own_heartbeat": 0.0, "heartbeats": _HEARTBEATS, "clients": 6, "quick": 1.0}
_CALM = {"cancel": 0.02, "cancel_at_replacement": 0.0, "roll_back": 0.0, "slip": 0.02, "happens": 0.02}
_TRUSTED = {"builds": _FAILS_OVER, "partial": 0.0, "insecure": 0.0, "http": 0.0, "lists": (2, 3)}

_SHARES: Mapping[Profile, Shares] = MappingProxyType(
    {
        Profile.ORDINARY: Shares(),
        Profile.DEPARTURES: Shares.model_validate(
            _SMALL
            | _CALM
            | {
                "servers": (1, 2),
                "locations": (1, 2),
                "alone": True,
                "clients": 8,
                "absent": 0.8,
                "heartbeats": (4 * _HOUR, 24 * _HOUR, _HOUR),
                "lists": (1, 2),
                "own_lists": True,
                "http": 0.5,
                "inherits": 0.85,
                "leaves": (_HOUR / 2, 8 * _HOUR),
                "away_for": (2 * _DAY, 20 * _DAY),
                "nights": 0.0,
                "gone": 0.0,
                "floors": (timedelta(0), 24 * _HOUR),
            }
        ),
        Profile.IMAGES: Shares.model_validate(
            _SMALL
            | _CALM
            | {
                "servers": (1, 2, 3),
                "image": 0.6,
                "absent": 0.8,
                "leaves": (-2 * _DAY, 4 * _DAY),
                "nights": 1.0,
            }
        ),
        Profile.HOLDOUT: Shares.model_validate(
            _SMALL
            | _CALM
            | _TRUSTED
            | {
                "servers": (3, 2, 4),
                "in_list": 0.6,
                "own_lists": True,
                "groups": 1,
                "inherits": 0.3,
                "absent": 0.5,
                "leaves": (-_DAY, 3 * _DAY),
                "away_for": (3 * _DAY, 25 * _DAY),
                "nights": 0.1,
                "gone": 0.0,
                "unproven": (Unproven.APPROVE,),
            }
        ),
        Profile.ODD_LISTS: Shares.model_validate(
            _SMALL
            | _CALM
            | _TRUSTED
            | {"servers": (2, 3), "http": 0.6, "insecure": 0.25, "absent": 0.2, "unproven": (Unproven.APPROVE,)}
        ),
        Profile.DRILL: Shares.model_validate(
            _SMALL
            | _CALM
            | _TRUSTED
            | {
                "servers": (2, 3),
                "in_list": 0.9,
                "own_lists": True,
                "partial": 0.3,
                "one_server": True,
                "absent": 0.1,
                "unproven": (Unproven.DRILL,),
            }
        ),
        Profile.BIRTHS: Shares.model_validate(
            _SMALL
            | _CALM
            | {
                "servers": (1, 2, 3),
                "absent": 0.1,
                "site_event": ("group_added", "location_added", "computers_appear"),
                "within": (2 * _HOUR, 3 * _DAY),
                "times": 2.0,
                "floors": (timedelta(0), 24 * _HOUR),
            }
        ),
        Profile.UNDOING: Shares.model_validate(
            _SMALL
            | _CALM
            | {
                "servers": (2, 3, 1),
                "absent": 0.1,
                "quick": 0.2,
                "site_event": ("secure_communications_set", "list_assigned", "computers_move"),
                "within": (_DAY, 5 * _DAY),
                "times": 2.0,
                "floors": (timedelta(0), 24 * _HOUR),
                "unproven": (Unproven.RELAX,),
            }
        ),
        Profile.ARRIVALS: Shares.model_validate(
            _SMALL
            | _CALM
            | {
                "servers": (2, 3, 1),
                "absent": 0.1,
                "quick": 0.0,
                "heartbeats": (24 * _HOUR, 4 * _HOUR),
                "site_event": ("computers_appear",),
                "within": (8 * _DAY, 20 * _DAY),
                "times": 16.0,
                "floors": (timedelta(0), 24 * _HOUR),
                "unproven": (Unproven.RELAX,),
            }
        ),
        Profile.WAY_BACK: Shares.model_validate(
            _SMALL
            | {
                "servers": (1, 2, 3),
                "absent": 0.2,
                "cancel": 0.1,
                "cancel_at_replacement": 0.5,
                "roll_back": 0.7,
                "roll_back_restored": 0.6,
                "slip": 0.3,
                "site_event": ("certificate_generated",),
                "within": (2 * _HOUR, 3 * _DAY),
                "times": 1.5,
                "floors": (timedelta(0), 24 * _HOUR),
            }
        ),
        Profile.STALE: Shares.model_validate(
            _SMALL
            | _CALM
            | {"servers": (1, 2), "stale": 1.0, "groups": 2, "inherits": 0.2, "absent": 0.1, "clients": 10}
        ),
        Profile.PROXIES: Shares.model_validate(
            _SMALL
            | _CALM
            | {"servers": (1, 2), "proxy": 1.0, "groups": 2, "inherits": 0.2, "absent": 0.1, "clients": 10, "http": 0.0}
        ),
        Profile.LOCATIONS: Shares.model_validate(
            _SMALL
            | _CALM
            | {
                "servers": (1, 2, 3),
                "locations": (2, 3),
                "insecure": 0.4,
                "push": 0.4,
                "groups": 1,
                "absent": 0.3,
            }
        ),
    }
)


def drawn_profile(chance: Chance) -> Profile:
    """What a scenario is about."""
    if chance.happens(_ORDINARY, "is ordinary"):
        return Profile.ORDINARY
    return chance.one_of([profile for profile in Profile if profile is not Profile.ORDINARY], "theme")


def shares_of(profile: Profile) -> Shares:
    """How often each ingredient comes up in scenarios of a profile."""
    return _SHARES[profile]
