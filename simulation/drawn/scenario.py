"""What is played: a site, the choices of its plan, and what the people around it will do."""

from datetime import UTC, datetime, timedelta
from enum import StrEnum

from pydantic import Field

from emulator.events.site_events import Scheduled, SiteEvent
from emulator.people.export import ExportForm
from emulator.spec import SiteSpec
from rotation.plan.request import PlanRequest, Unproven
from rotation.running.message import Move
from rotation.site import Limits, Site
from rotation.values import CertificateId, ClientId, ServerName, Value
from simulation.drawn.networking import Networking

START = datetime(2025, 12, 29, 8, tzinfo=UTC)
"""When every simulation begins: a Monday morning. The year ends soon after it: serials are text, month first."""


class WorkPace(Value):
    """How long the people take. Each time is drawn between two bounds."""

    first: timedelta = timedelta(minutes=5)
    """The shortest time until a person takes up what waits."""
    last: timedelta = timedelta(hours=6)
    work: timedelta = timedelta(minutes=40)
    """The longest time at the console for one task."""


class Since(StrEnum):
    """The moment from which a scripted move or site event counts its time."""

    BEGIN = "begin"
    """The rotation began."""
    CLAIM = "claim"
    """An operator first claimed the replacement of a certificate."""
    SWAP = "swap"
    """The first new certificate was seen."""
    RESTORE = "restore"
    """After that, the first setting was to be put back."""


class ScriptedMove(Value):
    """A move that a person sends to the rotation unasked."""

    after: timedelta
    since: Since = Since.BEGIN
    move: Move
    by: timedelta | None = None
    """For `extend`."""


class Follows(Value):
    """A site event at a moment of the rotation, not of the calendar: an hour after a task was claimed, say."""

    since: Since
    after: timedelta = timedelta(0)
    site_event: SiteEvent


class Registered(Value):
    """A site that an administrator has registered, and the request of its plan."""

    site: Site
    request: PlanRequest
    keyless: frozenset[CertificateId] = frozenset()
    """The certificates whose key the service does not keep."""
    seen_at: dict[ClientId, tuple[ServerName, ...]] = Field(default_factory=dict)
    """From the service's stored history: at which servers each client was ever seen."""


class Proof(StrEnum):
    """What people of a site without REST prove its gates by."""

    EXPORTS = "exports"
    STATEMENTS = "statements"


class OfflinePeople(Value):
    """A site without REST: what its console exports, and what its people do with that."""

    form: ExportForm = ExportForm()
    proof: Proof = Proof.EXPORTS
    copies_serials: bool = True
    """Whether they copy policy serials from the groups' pages."""


class Profile(StrEnum):
    """What a scenario is about."""

    ORDINARY = "ordinary"
    """Nothing in particular."""
    DEPARTURES = "departures"
    """Clients leave one after the other while the first change is made, and are back days later."""
    IMAGES = "images"
    """Machines that are switched off at night and start from a golden image."""
    HOLDOUT = "holdout"
    """Failover over lists with different servers, and clients that are away while it happens."""
    ODD_LISTS = "odd lists"
    """HTTP with verification, HTTPS without."""
    DRILL = "drill"
    """Failover is to be shown by a drill, and some clients reach one server only."""
    BIRTHS = "births"
    """Groups, locations and computers come while settings are relaxed."""
    UNDOING = "undoing"
    """An administrator changes settings back and forth while certificates are replaced."""
    ARRIVALS = "arrivals"
    """Computers come from old packages while certificates are replaced by people who take their time."""
    WAY_BACK = "way back"
    """People change their minds: at a replacement, or when all is restored already."""
    STALE = "stale signatures"
    """Servers go on signing with their former key."""
    PROXIES = "proxies"
    """A location lies behind a network that lets no plain HTTP through."""
    LOCATIONS = "locations"
    """Several locations in each group, some that do not verify, some in push mode."""


class Scenario(Value):
    """One rotation to play. The same scenario gives the same run, event by event."""

    seed: int
    profile: Profile = Profile.ORDINARY
    """What it is about, where it was drawn."""
    spec: SiteSpec
    registered: Registered | None = None
    """Its values count before `limits`, `unproven`, `keep_relaxed`, `leave_out_away` and the drills."""
    at_console: OfflinePeople | None = None
    """Where the site has no REST API."""
    limits: Limits = Limits()
    unproven: Unproven = Unproven.RELAX
    keep_relaxed: bool = False
    leave_out_away: bool = False
    drill_https: bool = False
    """Whether clients show what list they hold while HTTPS is shut (rule 18)."""
    drill_stop: bool = False
    """Whether clients show another server while the one that is replaced next is stopped (rule 18)."""
    states_early: bool = False
    """Whether the operator states what hands out Sylink.xml with the first recovery file, as is offered (rule 26)."""
    looks: int = Field(default=8, ge=1)
    """How often people look for a client that is switched on (rule 10) before they do without one: once a day."""
    networking: Networking = Networking()
    """How its people find out whether plain HTTP gets through."""
    pace: WorkPace = WorkPace()
    acts: tuple[ScriptedMove, ...] = ()
    site_events: tuple[Scheduled, ...] = ()
    """Site events that happen unasked. Mistakes of the operator are in `spec.robot`."""
    follows: tuple[Follows, ...] = ()
    """The same, at moments of the rotation."""
    longest: timedelta = Field(default=timedelta(days=200), gt=timedelta(0))
    """When the simulation gives up on it."""
