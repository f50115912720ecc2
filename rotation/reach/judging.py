"""Whether plain HTTP gets through from each client, by what it and others of its network were answered (rule 24a)."""

from collections import defaultdict
from collections.abc import Collection, Iterable, Mapping
from datetime import datetime
from enum import StrEnum
from typing import NamedTuple

from rotation.network import UNKNOWN
from rotation.reach.answer import ReachAnswer
from rotation.site import ServerList
from rotation.survey import ObservedClient
from rotation.values import ClientId, ListName


class Way(StrEnum):
    """What is known of a client's way over plain HTTP."""

    SHUT = "shut"
    """It was asked and got no answer; or others of its network got none, and it was not asked."""
    UNSHOWN = "unshown"
    """No client of its network was asked."""
    TRUSTED = "trusted"
    """The same, and a person takes the network to let it through."""
    OPEN = "open"
    """It was answered; or others of its network were, and none of them was not."""


class JudgedClient(NamedTuple):
    """A client, where it is, and what is known of its way."""

    client: ObservedClient
    network: str
    way: Way
    asked: bool
    """Whether that is what it was itself answered."""


class Reach:
    """What was answered at a site."""

    def __init__(
        self,
        answers: Iterable[ReachAnswer],
        lists: Mapping[ListName, ServerList],
        *,
        trusted: Collection[str],
        now: datetime,
    ) -> None:
        """Take in the answers.

        Args:
            answers: every one that is kept.
            lists: the site's lists: an answer of another port than theirs shows nothing.
            trusted: networks that a person takes to let plain HTTP through.
            now: the time, by which an answer is too old to count.
        """
        self._entries = {
            name: frozenset((entry.server, entry.address.casefold(), entry.http_port) for entry in known.entries)
            for name, known in lists.items()
        }
        self._servers = {name: known.servers for name, known in lists.items()}
        self._trusted = trusted
        self._by_client: dict[str, list[ReachAnswer]] = defaultdict(list)
        for answer in answers:
            if answer.counts(now):
                self._by_client[answer.client.casefold()].append(answer)

    def judge(self, going: Mapping[ClientId, tuple[ObservedClient, frozenset[ListName]]]) -> tuple[JudgedClient, ...]:
        """What is known of each client that goes to plain HTTP, with the lists whose copies it may come to use."""
        own = {client.id: self._own(client, lists) for client, lists in going.values()}
        shown: dict[tuple[str, ListName], set[bool]] = defaultdict(set)
        for client, lists in going.values():
            network, through = own[client.id]
            if through is not None:
                for name in self._in_use(client, lists) or lists:
                    shown[network, name].add(through)
        return tuple(self._judged(client, lists, own[client.id], shown) for client, lists in going.values())

    def _judged(
        self,
        client: ObservedClient,
        lists: frozenset[ListName],
        own: tuple[str, bool | None],
        shown: Mapping[tuple[str, ListName], set[bool]],
    ) -> JudgedClient:
        network, through = own
        if through is not None:
            return JudgedClient(client, network, Way.OPEN if through else Way.SHUT, asked=True)
        seen = [shown.get((network, name), set()) for name in lists] if network != UNKNOWN else []
        if any(False in each for each in seen):
            way = Way.SHUT
        elif seen and all(seen):
            way = Way.OPEN
        else:
            way = Way.TRUSTED if network in self._trusted else Way.UNSHOWN
        return JudgedClient(client, network, way, asked=False)

    def _in_use(self, client: ObservedClient, lists: frozenset[ListName]) -> frozenset[ListName]:
        """Those of its lists that it may use where it is: it was last heard at a server of theirs.

        REST shows no location, and a network need not reach the servers of a list that is for another one.
        """
        return frozenset(name for name in lists if client.last_server in self._servers[name])

    def _own(self, client: ObservedClient, lists: frozenset[ListName]) -> tuple[str, bool | None]:
        """Where it is, and whether it gets through: at one server of each list at least. None: nothing shows it.

        A client that was asked in several networks gets through only if it does in each.
        """
        names = {client.id.casefold(), client.name.casefold()}
        answers = [answer for name in names for answer in self._by_client.get(name, ())]
        by_network: dict[str, list[ReachAnswer]] = defaultdict(list)
        for answer in answers:
            by_network[answer.network].append(answer)
        used = self._in_use(client, lists)
        found = {network: self._through(some, used or lists, heard=bool(used)) for network, some in by_network.items()}
        for wanted in (False, True):
            for network in sorted(found, key=lambda each: each != client.network):
                if found[network] is wanted:
                    return network if network != UNKNOWN else client.network, wanted
        return client.network, None

    def _through(self, answers: Collection[ReachAnswer], lists: frozenset[ListName], *, heard: bool) -> bool | None:
        """A client that no server of its lists has heard over HTTPS either shows nothing by getting no answer."""
        newest = {
            (answer.server, answer.host, answer.port): answer for answer in sorted(answers, key=lambda each: each.at)
        }
        asked = [[newest[entry].through for entry in self._entries.get(name, ()) if entry in newest] for name in lists]
        if any(each and not any(each) for each in asked):
            return False if heard else None
        return True if asked and all(asked) else None
