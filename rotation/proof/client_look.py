"""Whether one client of each build holds the list that its policy serial stands for (rule 10).

Agents of one build may take policy and list in one download, and those of another one days apart.
"""

import heapq
from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping, Sequence
from datetime import UTC, datetime, timedelta
from typing import NamedTuple

from rotation.finding import Finding, blocking
from rotation.plan.plan import PlanBody
from rotation.plan.scope import OwnerScope, PlannedPair, Treatment
from rotation.plan.step import Console
from rotation.plan.work.client_look import CLIENTS, BuildToLookAt, HeldServer, LookAtClients, Looked, NamedClient
from rotation.plan.work.task import CopyList
from rotation.proof.list_lag import CandidateClient, by_when, lag_of
from rotation.site import Protocol, Site
from rotation.values import ClientId, GroupId, ListName, ServerName

LIST_OLD = "client-list-old"
"""The refusal of a look that has found another list than the one assigned."""
_AGAIN = "look at its Sylink.xml once more"
_SAYS_NOTHING = frozenset({"client-unknown", "client-told-twice", "client-of-another-build"})
_OTHERS = 9
_NEVER = datetime.min.replace(tzinfo=UTC)


class HeldEntry(NamedTuple):
    """A server of such a list: several servers may have one address, and one server several."""

    names: frozenset[str]
    port: int

    def matches(self, reported: HeldServer) -> bool:
        """Whether it is the entry that an operator reported."""
        return reported.port == self.port and _bare(reported.server) in self.names


class HeldList(NamedTuple):
    """A list as a client must hold it."""

    protocol: Protocol
    entries: frozenset[HeldEntry]

    def is_in(self, looked: Looked) -> bool:
        """Whether an operator has seen just this list, in any order."""
        every = all(any(entry.matches(each) for entry in self.entries) for each in looked.servers)
        return (
            looked.protocol is self.protocol
            and every
            and all(any(entry.matches(each) for each in looked.servers) for entry in self.entries)
        )

    def __str__(self) -> str:
        return _text(self.protocol, ((min(entry.names), entry.port) for entry in self.entries))


class JudgedLooks(NamedTuple):
    """What a look has shown: builds with by when the last client of each must have its list, and what is wrong."""

    shown: dict[str, datetime]
    finding: Finding | None
    old: tuple[str, ...]
    """Builds of which a client holds another list."""
    lags: dict[str, timedelta]
    """By build that is shown, how long after the policy its clients take the list at most."""
    old_taken: dict[str, datetime]
    """By build of which a client holds another list, by when the last client has taken its policy and checked in."""


def builds_to_look_at(
    candidates: Iterable[CandidateClient], kinds: Mapping[GroupId, Collection[str]]
) -> tuple[BuildToLookAt, ...]:
    """The builds of the groups that have two and more; none where no group has.

    Over all groups together, so that no operator is asked for a client of each build in each of a hundred groups.

    Args:
        candidates: the clients that may be looked at.
        kinds: by owner, the builds of all of its clients, also of those that are away or left out.
    """
    of_owner: dict[tuple[GroupId, bool], list[CandidateClient]] = defaultdict(list)
    for each in candidates:
        of_owner[each.owner, each.relaxed].append(each)
    alike: dict[str, list[CandidateClient]] = defaultdict(list)
    for those in of_owner.values():
        if len({*(each.build for each in those), *kinds.get(those[0].owner, ())}) > 1:
            for each in those:
                alike[each.label].append(each)
    return tuple(_to_look_at(label, alike[label]) for label in sorted(alike))


def _to_look_at(label: str, those: Sequence[CandidateClient]) -> BuildToLookAt:
    newest = youngest(those)
    others = heapq.nlargest(_OTHERS, (each for each in those if each is not newest), key=_taken)
    return BuildToLookAt(
        label=label,
        clients=len(those),
        client=newest.id,
        name=newest.name,
        path=newest.path,
        others=tuple(NamedClient(client=each.id, name=each.name, path=each.path) for each in others),
    )


def youngest(candidates: Iterable[CandidateClient]) -> CandidateClient:
    """The one that took its policy last: who came back late is the last one to have its list, too."""
    return max(candidates, key=_taken)


def _taken(candidate: CandidateClient) -> tuple[datetime, ClientId]:
    return candidate.taken_at or _NEVER, candidate.id


def lists_of(body: PlanBody, site: Site, owner: OwnerScope) -> tuple[HeldList, ...]:
    """The lists that clients of an owner may hold: REST does not say at which location a client is.

    A restore finds some pairs on their own list already, and others on its HTTP copy.
    """
    works = (step.work for step in body.steps if isinstance(step, Console))
    copies = {work.copy_list: work for work in works if isinstance(work, CopyList)}
    found = [_list_of(body, site, owner, pair, copies) for pair in owner.pairs]
    if body.purpose == "restore":
        lists = (site.list_named(pair.server_list) for pair in owner.pairs if body.copy_of(pair.server_list))
        found.extend(
            HeldList(Protocol.HTTP, frozenset(_entry(e.server, e.address, e.http_port) for e in known.entries))
            for known in lists
            if known is not None
        )
    return tuple({held for held in found if held is not None})


def _list_of(
    body: PlanBody, site: Site, owner: OwnerScope, pair: PlannedPair, copies: Mapping[ListName, CopyList]
) -> HeldList | None:
    copy = copies.get(body.copy_of(pair.server_list) or ListName(""))
    if owner.treatment is Treatment.RELAX and pair.needs_list and copy is not None:
        return HeldList(copy.protocol, frozenset(_entry(e.server, e.address, e.http_port) for e in copy.servers))
    known = site.list_named(pair.server_list)
    if known is None:
        return None
    https = known.protocol is Protocol.HTTPS
    entries = (_entry(e.server, e.address, e.https_port if https else e.http_port) for e in known.entries)
    return HeldList(known.protocol, frozenset(entries))


def _entry(server: ServerName, address: str, port: int) -> HeldEntry:
    return HeldEntry(frozenset({_bare(server), _bare(address)}), port)


def _bare(text: str) -> str:
    return text.strip().strip("[]").casefold()


def _text(protocol: Protocol, servers: Iterable[tuple[str, int]]) -> str:
    return f"{protocol.value} {', '.join(f'{server}:{port}' for server, port in sorted(servers))}"


def judge(
    asked: LookAtClients,
    looked: Sequence[Looked],
    candidates: Sequence[CandidateClient],
    lists: Mapping[GroupId, Sequence[HeldList]],
    *,
    now: datetime,
    settled: Collection[str] = (),
) -> JudgedLooks:
    """What an operator's look at clients shows. The first client that speaks against it is named.

    Once each build was shown, a client that is unknown, reported twice or of another build holds nothing up, unless it
    holds an old list.

    What a client holds says of the others of its build by when they have theirs (`rotation/proof/list_lag.py`).

    Args:
        asked: the task.
        looked: what was seen.
        candidates: the clients of the gates behind it.
        lists: those that clients of each owner may hold.
        now: when it was reported, by the time of check-ins.
        settled: builds that an earlier look has shown, or that are left out by name.
    """
    wanted = {build.label for build in asked.builds}
    wrong: list[Finding] = []
    seen: set[ClientId] = set()
    old: set[str] = set()
    by_id, by_name = _lookups(candidates)
    right: list[tuple[CandidateClient, Looked]] = []
    for each in looked:
        reported = each.client.strip()
        found = _found(each, [by_id[ClientId(reported)]] if reported in by_id else by_name.get(reported.casefold(), []))
        if isinstance(found, Finding):
            wrong.append(found)
            continue
        if (other := _unlike(each, found, lists.get(found.owner, ()))) is not None:
            old.add(found.label)
            wrong.append(_against(LIST_OLD, found.name, f"({found.label}) {other}", _when_old(found)))
            seen.add(found.id)
            continue
        against = _contradicting(each, found, seen, wanted)
        if against is None:
            right.append((found, each))
        else:
            wrong.append(against)
        seen.add(found.id)
    shown = {label: at for label, at in by_when(right, candidates, now).items() if label not in old}
    lags, old_taken = _lags(right, shown, now), _taken_by(candidates, old, now)
    missing = [build for build in asked.builds if build.label not in {*shown, *settled}]
    wrong.sort(key=lambda each: each.code != LIST_OLD)
    if not missing and all(each.code in _SAYS_NOTHING for each in wrong):
        return JudgedLooks(shown, None, (), lags, {})
    if not wrong:
        first = missing[0]
        text = f"the evidence has neither this client nor another one of build {first.label}"
        wrong.append(
            _against("client-not-looked-at", first.name, text, f"look at {first.name} in {first.path} as well")
        )
    return JudgedLooks(shown, wrong[0] if wrong else None, tuple(sorted(old)), lags, old_taken)


def _lags(
    right: Iterable[tuple[CandidateClient, Looked]], shown: Collection[str], now: datetime
) -> dict[str, timedelta]:
    lags: dict[str, timedelta] = {}
    for found, each in right:
        if found.label in shown:
            lags[found.build] = max(lag_of(found, each, now), lags.get(found.build, timedelta(0)))
    return lags


def _taken_by(candidates: Iterable[CandidateClient], old: Collection[str], now: datetime) -> dict[str, datetime]:
    taken: dict[str, datetime] = {}
    for each in candidates:
        if each.label in old:
            by = (each.taken_at or now) + each.check_in
            taken[each.build] = max(by, taken.get(each.build, by))
    return taken


def _lookups(
    candidates: Iterable[CandidateClient],
) -> tuple[dict[ClientId, CandidateClient], dict[str, list[CandidateClient]]]:
    """The clients by id and by name: made once, since there may be 100,000."""
    by_id, by_name = {each.id: each for each in candidates}, defaultdict[str, list[CandidateClient]](list)
    for each in by_id.values():
        by_name[each.name.casefold()].append(each)
    return by_id, by_name


def _contradicting(
    looked: Looked, found: CandidateClient, seen: Collection[ClientId], wanted: Collection[str]
) -> Finding | None:
    if found.id in seen:
        return _against("client-told-twice", looked.client, "the evidence has this client twice", "state it once")
    if found.label not in wanted:
        text = f"the client has build {found.label}; the task asks about {'; '.join(sorted(wanted))}"
        return _against("client-of-another-build", looked.client, text, "look at one of the named clients")
    return None


def _when_old(found: CandidateClient) -> str:
    late = f"make {found.name} check in, then {_AGAIN}; or retry later: clients of its build may take lists days later"
    return f"{late}. If the client had the right list before, find and stop the tool that gives it an old Sylink.xml"


def _found(looked: Looked, alike: Sequence[CandidateClient]) -> CandidateClient | Finding:
    if not alike:
        text = (
            "no client of this name has a proven policy: it is in no group of this task, away, left out, not in SEPM, "
            "or has not reported since its gate began again"
        )
        return _against("client-unknown", looked.client, text, "look at one of the named clients")
    if len(alike) > 1:
        ids = ", ".join(each.id for each in alike[:3])
        return _against(
            "client-ambiguous", looked.client, f"{len(alike)} clients have this name: {ids}", "state the client's id"
        )
    return alike[0]


def _unlike(looked: Looked, found: CandidateClient, lists: Sequence[HeldList]) -> str | None:
    """What is otherwise in a client's Sylink.xml than it must be."""
    if not any(held.is_in(looked) for held in lists):
        holds = _text(looked.protocol, ((each.server, each.port) for each in looked.servers))
        return f"the client has {holds}; it must have one of: {'; '.join(map(str, lists)) or 'no known list'}"[:900]
    lacking = found.certificates - set(looked.certificates)
    if lacking:
        missing = min(lacking)[:16]
        return f"the client lacks the certificate {missing}... of a server whose certificate was replaced"
    return None


def _against(code: str, client: str, text: str, remedy: str) -> Finding:
    return blocking(code, client[:300], f"{client[:300]}: {text}"[:1500], remedy)


def unread(why: str) -> Finding:
    """Why evidence of clients that cannot be read is refused."""
    remedy = (
        f"report done with {CLIENTS}=[...], with client, and sylink or protocol, servers and certificates, for each"
    )
    return blocking("client-look-unread", CLIENTS, why[:500], remedy)
