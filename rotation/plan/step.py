"""The steps of a plan: one thing to do or to wait for each, with the vendor's own number.

Steps name scopes, never lists of groups, so a plan of a thousand groups has as many steps as one of three.
"""

from collections.abc import Iterable
from enum import StrEnum
from typing import Annotated, Literal

from pydantic import Field

from rotation.plan.work.task import Work, is_watched
from rotation.span import Length
from rotation.values import ServerName, Value


class ScopeName(StrEnum):
    """Whom a step is about. Steps name scopes, never lists of groups."""

    RELAXED = "relaxed"
    CANARIES = "canaries"
    """The relaxed owners that go first (rule 10)."""
    DRILLED = "drilled"
    """The owners whose failover a drill shows (rule 8)."""
    REST = "rest"
    """The relaxed owners that follow the canaries."""
    FAILOVER = "failover"
    ALL = "all"

    def names(self, *, relaxed: bool, first: bool, drilled: bool) -> bool:
        """Whether it names an owner that is relaxed, goes first, is shown by a drill, or is not."""
        return {
            ScopeName.RELAXED: relaxed,
            ScopeName.CANARIES: relaxed and first,
            ScopeName.REST: relaxed and not first,
            ScopeName.DRILLED: drilled,
            ScopeName.FAILOVER: not relaxed,
            ScopeName.ALL: True,
        }[self]


class _Step(Value):
    id: str
    """Stable within the plan, e.g. `07-A9`: its place in the plan, and its number."""
    number: str
    """The vendor's own number (`A1`..`A10d`, `B1`..`B5`), or ours for what surrounds it."""
    title: str
    wave: int = 0


class Load(_Step):
    """Take up the approved plan. No plan has it: it is what a rotation does before it knows its plan."""

    kind: Literal["load"] = "load"


class Preflight(_Step):
    """Survey again, compare with the plan, store every original setting."""

    kind: Literal["preflight"] = "preflight"


class Console(_Step):
    """A console task. While a certificate is open for replacement, the gates in `holds` must go on being true."""

    kind: Literal["console"] = "console"
    work: Work
    holds: tuple[str, ...] = ()


class SettingField(StrEnum):
    """The settings that a rotation changes."""

    SERVER_LIST = "server_list"
    SECURE_COMMUNICATIONS = "secure_communications"
    LOG_SIZE = "log_size"
    """How large a client's system log may become. SEPM makes a policy again when it changes (rule 24b)."""

    @property
    def words(self) -> str:
        """As texts for people have it."""
        return _SETTINGS[self]


_SETTINGS = {
    SettingField.SERVER_LIST: "the management server list",
    SettingField.SECURE_COMMUNICATIONS: "secure communications",
    SettingField.LOG_SIZE: "the size of the system log",
}


class Write(_Step):
    """Change one setting of every pair of a scope over REST; where that changes nothing, by a console task."""

    kind: Literal["write"] = "write"
    field: Literal[SettingField.SERVER_LIST, SettingField.SECURE_COMMUNICATIONS]
    scope: ScopeName = ScopeName.RELAXED
    restores: bool = False
    """Whether it puts the recorded state back instead of relaxing."""


class GatePurpose(StrEnum):
    """What a gate proves."""

    RELAXED = "relaxed"
    """A8: clients hold the HTTP list and do not verify."""
    LISTED = "listed"
    """While HTTPS is shut: clients have come over HTTP, so they hold the HTTP list (rule 18)."""
    ELSEWHERE = "elsewhere"
    """While a server is stopped: clients have come to another one (rules 18 and 21)."""
    DRILLED = "drilled"
    """B1: clients were seen at a second server of each of their lists."""
    SWAPPED = "swapped"
    """A10b and B3: clients know the new certificate of a server, or will through another."""
    VERIFYING = "verifying"
    """After A10c: clients have verified a policy file signed with the new key."""
    RETURNED = "returned"
    """After A10d: clients are back on their own list."""
    SIGNED = "signed"
    """Before each replacement but the first: clients took a policy that a replaced server signed (rule 24b)."""
    RECOVERED = "recovered"
    """After a recovery: clients are heard again, with the certificate that they hold."""


class Gate(_Step):
    """A wait that ends on proof: the minimum has passed, and every client that must be covered is.

    It also ends when:

    - a certificate has reached no client before it was taken out: no minimum then (`passes_unanswered`, rule 15)
    - a drill comes to its limit, or an outage has shown what it was for or must be cut short
    - a person proceeds at the limit, and a second person approves
    """

    kind: Literal["gate"] = "gate"
    purpose: GatePurpose
    scope: ScopeName
    minimum: Length
    patience: Length
    server: ServerName | None = None
    """The swapped server, for `SWAPPED`; the stopped one, for `ELSEWHERE`."""
    asks: bool = True
    """For `SIGNED`: whether it asks a person where no client is at a replaced server; else a later gate does."""
    passes_unanswered: bool = False
    """Whether it is passed when no client has reported since the certificate went in that was taken out (rule 15)."""

    @property
    def is_drill(self) -> bool:
        """Whether it ends at its limit by itself: clients that it has not seen are decided about right after it."""
        return self.purpose is GatePurpose.DRILLED

    @property
    def over_canaries(self) -> bool:
        """Whether it is about those that go first: nothing irreversible follows it, and a gate for all comes after."""
        return self.scope is ScopeName.CANARIES


class Holdout(_Step):
    """B5: the last servers stay on the old certificate for clients that are away."""

    kind: Literal["holdout"] = "holdout"
    servers: tuple[ServerName, ...]
    minimum: Length
    maximum: Length


class Closing(_Step):
    """Every setting as recorded, every certificate as planned, every client back; then the report."""

    kind: Literal["closing"] = "closing"
    minimum: Length
    patience: Length


class Recheck(_Step):
    """Survey again and compute the rest of the plan again; a difference is an amendment to approve (rule 12a)."""

    kind: Literal["recheck"] = "recheck"


Step = Annotated[
    Load | Preflight | Console | Write | Gate | Holdout | Recheck | Closing,
    Field(discriminator="kind"),
]


def the_step(steps: Iterable[Step], step_id: str) -> Step:
    """The step of that id.

    Raises:
        KeyError: when there is none of that id.
    """
    for step in steps:
        if step.id == step_id:
            return step
    raise KeyError(f"the plan has no step {step_id!r}")


def is_step_watched(step: Step, *, claimed: bool) -> bool:
    """Whether the watch looks at the site while the task of a step is open: of a write, the settings by hand."""
    return isinstance(step, Write) or (isinstance(step, Console) and is_watched(step.work, claimed=claimed))
