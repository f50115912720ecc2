"""How many clients of each network plain HTTP gets through from."""

from collections import defaultdict
from collections.abc import Iterable
from datetime import datetime

from rotation.reach.answer import ReachAnswer
from rotation.values import Value

_NAMES_SHOWN = 20


class NetworkCount(Value):
    """What clients of a network were answered."""

    network: str
    through: int
    """Clients to which a server at least has answered."""
    failed: int
    """Clients to which none has."""
    failed_names: tuple[str, ...]
    """Some of these."""
    old: int
    """Answers that do not count any more."""
    newest: datetime


def counted(answers: Iterable[ReachAnswer], *, now: datetime) -> tuple[NetworkCount, ...]:
    """The count of each network, by its name. Whether a plan takes one for shown, also depends on its lists."""
    by_network: dict[str, list[ReachAnswer]] = defaultdict(list)
    for answer in answers:
        by_network[answer.network].append(answer)
    return tuple(_count(network, some, now) for network, some in sorted(by_network.items()))


def _count(network: str, answers: list[ReachAnswer], now: datetime) -> NetworkCount:
    fresh = [answer for answer in answers if answer.counts(now)]
    through = {answer.client for answer in fresh if answer.through}
    failed = sorted({answer.client for answer in fresh} - through)
    return NetworkCount(
        network=network,
        through=len(through),
        failed=len(failed),
        failed_names=tuple(failed[:_NAMES_SHOWN]),
        old=len(answers) - len(fresh),
        newest=max(answer.at for answer in answers),
    )
