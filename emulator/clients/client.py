"""One client: what it holds, when its next heartbeat is and what its servers know of it."""

from dataclasses import dataclass, field
from enum import Enum, auto
from typing import NamedTuple

from emulator.instants import FAR_FUTURE
from emulator.state.draws import draw
from emulator.state.effects import NO_EFFECT
from emulator.state.publishing import Publication, PublishedLocation

_DEFECT = "14.2."
"""Builds that try no other server after an unknown certificate."""
_RU2 = 5000
"""The third number of 14.2.2 builds is above, that of 14.2.1 and 14.2 ones below."""
FAILURES_UNTIL_LOST = 5


@dataclass(frozen=True)
class Steady:
    """What every heartbeat of a client does until the site changes: such heartbeats need not be played."""

    until: int
    seen: bool = False
    """Whether the server sees the contact."""
    clings: bool = False
    """Whether each failure starts the 24 hours at its last server again."""


class Defect(Enum):
    """Whether a client tries no other server after a certificate that it does not know."""

    NONE = auto()
    KNOWN = auto()
    """14.2 and 14.2.1: both vendor texts say so."""
    DISPUTED = auto()
    """14.2.2: one text does, the other does not."""


def defect_of(build: str) -> Defect:
    """What is wrong with a build."""
    if not build.startswith(_DEFECT):
        return Defect.NONE
    third = build.split(".")[2]
    return Defect.DISPUTED if third.isdecimal() and int(third) > _RU2 else Defect.KNOWN


class Trouble(NamedTuple):
    """The first of the heartbeats in a row that brought no exchange."""

    at: int
    why: str
    server_id: str
    """Where the exchange failed that decided it."""
    effect: int
    """The number of the effect on the site that made it fail."""


@dataclass(slots=True, kw_only=True, eq=False)
class Client:
    """One client. All moments are epoch milliseconds of the simulated time."""

    name: str
    id: str
    hardware_key: str
    agent_id: str
    address: str
    build: str
    group_id: str
    location: str
    stream: int
    """Where its draws start."""
    reachable: frozenset[str] | None
    http_blocked: bool
    npvdi: bool
    away: tuple[tuple[int, int], ...]
    held: Publication
    """The policy it has, whose serial it reports."""
    image: Publication
    """What its golden image holds, where it has one."""
    base: int
    created: int

    defect: Defect = field(init=False)
    listed: Publication = field(init=False)
    """Whose server list and certificates it has: those of `held`, but between two downloads."""
    took_list: bool = False
    """Whether its last download was the list: the other one of two comes next."""
    settings: PublishedLocation = field(init=False)
    beat: int = 0
    """Number of the next heartbeat since `base`."""
    due: int = field(init=False)
    """When the next heartbeat is."""
    hurries: int = FAR_FUTURE
    """When it comes once more before its next heartbeat."""
    system: str = "Windows 10 Enterprise Edition"
    """Its operating system."""
    upgrade_to: str = ""
    """The version that SEPM is about to install on it; empty: none."""
    list_lag: int = 0
    """How long after a policy it takes the server list; 0: as the site's switch has it."""
    ahead_ms: int = 0
    """How far its own clock is ahead."""
    policy_taken: int = 0
    """When it last took a policy."""
    list_taken: int = 0
    """When its Sylink.xml was last written by a contact; 0: by none yet. An image brings a file that is older."""
    other_location: str = ""
    """Where it goes next, where it roams."""
    other_reachable: frozenset[str] | None = None
    """Servers that it can reach from there."""
    roams_at: int = FAR_FUTURE
    """When that is."""
    roams_every: int = 0
    next_window: int = 0
    starts: int = 0
    """When it was, or will be, last switched on; 0: it has been on from the start."""
    steady: Steady | None = None

    last: str | None = None
    """Server it sticks to."""
    last_since: int = 0

    failures: int = 0
    lost_since: int | None = None
    first_lost: int | None = None
    why: str = ""
    """Why it was lost, the last time."""
    trouble: Trouble | None = None
    """What its present failures began with."""
    first_trouble: Trouble | None = None
    """What it was lost by, the first time."""
    refusal: Trouble | None = None
    """The first of the contacts since its last exchange that a server saw, and at which it took nothing."""
    first_refusal: Trouble | None = None
    """The first time that there was one."""
    effect: int = NO_EFFECT
    """The last effect on itself: it was installed, moved or had its image put back."""

    forgotten: bool = False
    """Whether no server has a record of it: it registers at its next contact."""
    purged: bool = False
    """Whether that is because SEPM has purged its record."""
    registrations: int = 1
    contact: int | None = None
    """When a server last saw it."""
    contact_server: str = ""
    reported: str = ""

    def __post_init__(self) -> None:
        self.defect = defect_of(self.build)
        self.listed = self.held
        self.settings = self.held.location(self.location)
        self.reported = self.held.serial
        self.due = self.time_of(0)

    def time_of(self, beat: int) -> int:
        """When a heartbeat is: on its interval, late by a draw within the window."""
        settings = self.settings
        start = self.base + beat * settings.heartbeat_ms
        return start + draw(self.stream, start) % settings.window_ms if settings.window_ms else start

    def step(self) -> None:
        """On to the next heartbeat."""
        self.beat += 1
        self.due = self.time_of(self.beat)
        if self.hurries < self.due:
            # an extra one, which does not count
            self.beat -= 1
            self.due = self.hurries
        self.hurries = FAR_FUTURE

    def restart_beats(self, base: int) -> None:
        """Count heartbeats from another moment; that moment is heartbeat 0."""
        self.base = base
        self.beat = 0
        self.due = self.time_of(0)

    def skip_to(self, limit: int) -> None:
        """Leave out the steady heartbeats up to `limit`, of which there is one at least."""
        interval = self.settings.heartbeat_ms
        beat = (limit - self.base) // interval
        if self.time_of(beat) <= limit:
            beat += 1
        self.beat = beat
        self.due = self.time_of(beat)
        done = self.time_of(beat - 1)
        if self.steady is not None and self.steady.seen:
            self.contact = done
        if self.steady is not None and self.steady.clings:
            self.last_since = done

    def seen(self) -> int:
        """When a server last saw it; its registration is the first time."""
        return self.created if self.contact is None else self.contact

    @property
    def away_from(self) -> int:
        """When it is next switched off."""
        return self.away[self.next_window][0] if self.next_window < len(self.away) else FAR_FUTURE

    def powered(self, now: int) -> bool:
        """Whether it is switched on."""
        return not any(start <= now < end for start, end in self.away)

    def sleep(self) -> None:
        """Be away for the next window: its first heartbeat comes right after it starts again."""
        _, end = self.away[self.next_window]
        self.next_window += 1
        self.starts = end
        self.steady = None
        self.last_since = end
        if self.npvdi:
            self.last = None
            self.adopt(self.image)
        self.restart_beats(end)

    def roam(self) -> None:
        """Be at the other location from now on: it holds the settings of both."""
        self.location, self.other_location = self.other_location, self.location
        self.reachable, self.other_reachable = self.other_reachable, self.reachable
        self.roams_at += self.roams_every
        self.steady = None
        self._hold(self.listed, self.held)

    def take_image(self, image: Publication, now: int) -> None:
        """Get another golden image. One that is switched off now will start with it."""
        self.image = image
        if self.npvdi and now < self.starts:
            self.adopt(image)
            self.restart_beats(self.starts)

    def put_back(self, held: Publication, starts: int) -> None:
        """Start at a moment with what a disk image holds, knowing nothing of what was since."""
        self.last, self.list_taken = None, 0
        self.adopt(held)
        self.image = held
        if self.powered(starts):
            self.restart_beats(starts)

    def adopt(self, publication: Publication) -> None:
        """Take all that was published."""
        self._hold(publication, publication)

    def take_sylink(self, publication: Publication) -> None:
        """Have its server list and certificates overwritten by those of a file, and keep its policy."""
        self.last = None
        self._hold(publication, self.held)

    def adopt_list(self, publication: Publication) -> None:
        """Take server list and certificates, and not the policy."""
        self.took_list = True
        self._hold(publication, self.held)

    def adopt_policy(self, publication: Publication) -> None:
        """Take the policy, and not server list and certificates."""
        self.took_list = False
        self._hold(self.listed, publication)

    def _hold(self, listed: Publication, held: Publication) -> None:
        before = self.settings
        self.listed, self.held = listed, held
        self.settings = held.location(self.location) if listed is held else listed.with_policy_of(held, self.location)
        if (before.heartbeat_ms, before.window_ms) != (self.settings.heartbeat_ms, self.settings.window_ms):
            self.restart_beats(self.due)

    def succeed(self) -> None:
        """An exchange is complete."""
        self.failures = 0
        self.lost_since = None
        self.trouble = self.refusal = None

    def refuse(self, trouble: Trouble) -> None:
        """A contact that its server saw, and at which it took nothing of what is new."""
        self.refusal = self.refusal or trouble
        self.first_refusal = self.first_refusal or trouble

    def fail(self, at: int, why: str, trouble: Trouble) -> None:
        """A heartbeat without an exchange, while every server of its list was up."""
        self.failures += 1
        if self.trouble is None:
            self.trouble = trouble
        if self.failures == FAILURES_UNTIL_LOST:
            self.lost_since = at
            self.why = why
            if self.first_lost is None:
                self.first_lost = at
                self.first_trouble = self.trouble
