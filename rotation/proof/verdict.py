"""What is known of a client in a gate, and what a gate asks: the values of coverage."""

from collections import Counter
from collections.abc import Iterable
from datetime import datetime, timedelta
from enum import StrEnum
from typing import NamedTuple

from rotation.network import UNKNOWN
from rotation.plan.step import GatePurpose
from rotation.span import Length
from rotation.survey import ObservedClient
from rotation.values import ClientId, GroupId, ServerName, Value


class Verdict(StrEnum):
    """Where a client stands in a gate. Only `WAITING` holds the gate."""

    COVERED = "covered"
    SAFE = "safe"
    """Not proven yet, but the next step cannot cut it off."""
    WAITING = "waiting"
    LEFT_OUT = "left_out"
    """Left out by a named person."""
    IMAGE = "image"
    """A non-persistent machine: never counted as covered, its image is refreshed (rule 4)."""


class Reason(StrEnum):
    """Why a client has its verdict."""

    SEEN_AT_SECOND_SERVER = "seen-at-second-server"
    AT_THE_FIRST_SERVER = "at-the-first-server"
    """Was seen only where this round of the drill sends the others: the next round asks it."""
    NOT_AT_SECOND_SERVER = "not-at-second-server"
    STATED = "stated"
    """Two persons have stated it of the console, where no export shows it."""
    CAME_OVER_HTTP = "came-over-http"
    """Has checked in while HTTPS was shut at every server: it holds an HTTP list (rule 18)."""
    NOT_OVER_HTTP = "not-over-http"
    """Has not checked in since HTTPS is shut: it may hold another list."""
    CAME_ELSEWHERE = "came-elsewhere"
    """Has checked in at another server while the one that is replaced next was stopped (rules 18 and 21)."""
    NOT_ELSEWHERE = "not-elsewhere"
    """Has not checked in at another server since that one is stopped: it may reach no other."""
    SERIAL_CONFIRMED = "serial-confirmed"
    SERIAL_MOVED_AFTER_SWAP = "serial-moved-after-swap"
    TWO_TRUSTED_CONTACTS = "two-trusted-contacts"
    CONTACT_AT_SWAPPED_SERVER = "contact-at-swapped-server"
    HOLDS_RELAXED_POLICY = "holds-relaxed-policy"
    PROTECTED_BY_HOLDOUT = "protected-by-holdout"
    KNOWS_ANOTHER_SERVER = "knows-another-server"
    AWAY_CANARY = "away-canary"
    """Was away when its group went first: the gate for all waits for it."""
    NETWORK_UNTRIED = "network-untried"
    """Was away, and no other canary has shown yet that plain HTTP gets through from its network."""
    LEFT_OUT_BY_NAME = "left-out-by-name"
    NON_PERSISTENT = "non-persistent"
    OLD_POLICY = "old-policy"
    UNSEEN_POLICY = "unseen-policy"
    """Holds a policy that was made after the change, and that no reading of the settings has found to be right."""
    NO_POLICY = "no-policy"
    OTHER_GROUPS_POLICY = "other-groups-policy"
    SEEN_ONCE = "seen-once"
    NOT_SEEN = "not-seen"
    AT_UNTRUSTED_SERVER = "at-untrusted-server"
    SHARED_RECORD = "shared-record"
    """Two machines have this record, and the one that it does not show now was last shown without the policy."""
    REFUSING = "refusing"
    """Has checked in three times since the replacement, and kept an older policy than its group's (rule 11)."""
    BROUGHT_BACK_LATER = "brought-back-later"
    """Refuses what a server signs whose old certificate goes back later: it must not wait for this client (rule 15)."""
    WENT_BACK = "went-back"
    """Was proven, and reports an older policy than it has shown (rule 23)."""
    KNOWS_FORMER = "knows-former"
    """Was not heard since a new certificate came: it knows the old one, and finds its server when that is back."""
    VANISHED = "vanished"
    REFERENCE_MISSING = "reference-missing"
    HEARD_AGAIN = "heard-again"
    AWAY_BEFORE = "away-before"
    """Was silent already before the certificate was damaged, or before a server was stopped for a drill."""


REFUSES = frozenset({Reason.REFUSING, Reason.BROUGHT_BACK_LATER})
"""Of a client that gets in and takes nothing, whether a gate waits for it or not."""
OUTDATES = frozenset({*REFUSES, Reason.WENT_BACK})
"""What takes a client's proof away that a gate has kept."""


class RosterEntry(NamedTuple):
    """A client of the denominator, as last recorded."""

    id: ClientId
    name: str
    group_id: GroupId
    owner: GroupId
    observed: ObservedClient | None
    """None where SEPM does not list it any more."""
    non_persistent: bool = False
    left_out: bool = False
    relaxed: bool = False
    """Whether it is known to hold the relaxed policy of this wave."""
    seen_at: frozenset[ServerName] = frozenset()
    """In a drill, the servers at which it was ever seen."""
    knows_another: bool = False
    """Whether it is known to trust another server of its list, and would go there."""
    knows_new: bool = False
    """On a way back, whether it has shown that it knows the new certificate of the server at which it was seen last."""
    last_known: datetime | None = None
    """Its last check-in by the newest reading that showed it, where SEPM does not list it any more."""
    longest_silence: Length = timedelta()
    """The longest silence after which the client was seen again, as far as readings tell."""
    twin: ObservedClient | None = None
    """Another machine with the same record, as a reading last showed it (rule 23)."""
    network: str = UNKNOWN
    """In CIDR form, as its row shows it."""

    @property
    def label(self) -> str:
        """Its name for a person, with that of the machine which has the same record."""
        return self.name if self.twin is None else with_twin(self.name, self.twin.name)


def with_twin(name: str, twin: str) -> str:
    """The name of a record that two machines have."""
    return f"{name} (record shared with {twin})"


class ClientEvidence(NamedTuple):
    """What was seen of one client within one gate."""

    client: ClientId
    serial_seen: datetime | None = None
    """The check-in that first showed the wanted serial."""
    contact_seen: datetime | None = None
    """The first check-in at a server that it trusts, later than the swap; before one, the second with the serial."""
    covered: bool = False
    """Once proven it stays so while the gate lasts, unless the client refuses its policy or reports an older one."""
    reason: Reason | None = None
    older_times: int = 0
    """At how many check-ins since the replacement it has shown the same policy, which is older than its group's."""
    older_seen: datetime | None = None
    """The last one of them."""
    older_serial: datetime | None = None
    """When the policy was made that it shows."""


class Swap(Value):
    """A certificate's replacement as the probe saw it, with all times on SEPM's clocks."""

    server: ServerName
    first_seen: datetime
    former_seen: datetime | None = None
    """When the certificate before it was last seen; None where no probe looked."""
    trusted: frozenset[ServerName]
    """Servers at which a check-in shows that the client gets on with what they present: not yet replaced, or proven."""
    swapped_shows_trust: bool
    """HTTPS, another key and no CA trust: a verifying client can only be there if it knows the new one."""
    settle: Length
    """Publish delay and skew: check-ins before `first_seen + settle` prove nothing."""
    protected: bool
    """Whether every failover pair still has a server with the old certificate."""


class DrillRound(Value):
    """What a round of the drill asks of the clients of one owner."""

    offers: tuple[frozenset[ServerName], ...]
    """The servers of each list of theirs."""
    asked_next: frozenset[ServerName] = frozenset()
    """Clients that were seen only there are asked by the next round."""


class GateRule(Value):
    """What a gate asks of the clients of one owner."""

    purpose: GatePurpose
    relaxed: bool
    """Whether the owner's clients do not verify now (a relaxed pair)."""
    verifies_next: bool = False
    """Whether its clients are to verify again before another certificate is replaced."""
    reference: datetime | None = None
    """The serial that clients must report, for gates after a write; for a swap, if serials moved with it."""
    changed_from: datetime | None = None
    """When the first of the changes that it waits for was made, on SEPM's clock; None where nothing was changed."""
    earlier: frozenset[datetime] = frozenset()
    """Serials before it that are known to be as right: the settings were read when they were the newest."""
    exact: bool = False
    """Whether a newer serial than those proves nothing: its settings cannot be read (a site without REST)."""
    quiet_after: Length
    """A client silent for longer than this before the change was away: it is not the change that silenced it."""
    due_after: Length
    """A client that is on checks in within this time."""
    as_of: datetime | None = None
    """When clients were as they are shown, where that is not now: an export of a site without REST."""
    published: datetime | None = None
    """The newest policy date of the owner, as SEPM gave it with this reading; None where it gives none."""
    goes_back_later: frozenset[ServerName] = frozenset()
    """In a roll-back, the servers that get their old certificate back after this gate."""
    new_since: datetime | None = None
    """In a roll-back that relaxes clients first, since when a server may have had its new certificate."""
    settle: Length | None = None
    """After a write of which a client may refuse the policy: how long a server may take to publish it."""
    outage_since: datetime | None = None
    """Since when a drill has something away, on SEPM's clock, with the skew of its servers (rule 18)."""
    stopped: ServerName | None = None
    """The server that a drill has stopped, for `ELSEWHERE`."""
    swap: Swap | None = None
    drill: DrillRound | None = None
    canary: bool = False
    """Whether only those that go first are asked: the gate for all comes after it."""
    networks: frozenset[str] = frozenset()
    """Networks of which one of them each is to show that plain HTTP gets through (rule 24a)."""


class Judgement(NamedTuple):
    """A client's verdict with its reason and the evidence to keep."""

    client: ClientId
    verdict: Verdict
    reason: Reason
    evidence: ClientEvidence


class Tally(Value):
    """The sum of a reading. It passes when no client is waited for; where clients are only safe, one must be proven."""

    total: int
    by_verdict: dict[Verdict, int]
    by_reason: dict[Reason, int]

    @property
    def waiting(self) -> int:
        """How many clients hold the gate."""
        return self.by_verdict.get(Verdict.WAITING, 0)

    @property
    def covered(self) -> int:
        """How many clients are proven."""
        return self.by_verdict.get(Verdict.COVERED, 0)

    @property
    def reached(self) -> bool:
        """Whether coverage is reached. With none proven and five safe it is not: the way is untried.

        Unless only the rest of a way back brings these: they show nothing before.
        """
        return self.waiting == 0 and (self.covered > 0 or self.by_verdict.get(Verdict.SAFE, 0) == self.brought_back)

    @property
    def brought_back(self) -> int:
        """How many clients only the rest of a way back brings."""
        return sum(self.by_reason.get(reason, 0) for reason in (Reason.BROUGHT_BACK_LATER, Reason.KNOWS_FORMER))


def tally(judgements: Iterable[Judgement]) -> Tally:
    """The sum of `judgements`."""
    verdicts: Counter[Verdict] = Counter()
    reasons: Counter[Reason] = Counter()
    for judgement in judgements:
        verdicts[judgement.verdict] += 1
        reasons[judgement.reason] += 1
    return Tally(total=sum(verdicts.values()), by_verdict=dict(verdicts), by_reason=dict(reasons))
