"""What the product and rival strategies have done to the same sites, by kind of site."""

from collections.abc import Iterable, Mapping
from enum import StrEnum

from emulator.clients.verdict import LostClient
from emulator.spec import SiteSpec
from rotation.values import Value
from simulation.drawn.scenario import START

PRODUCT = "product"


class Kind(StrEnum):
    """What a site has that no strategy can see beforehand."""

    SOUND = "neither fault"
    NO_PLAIN_HTTP = "clients whose network lets no plain HTTP through"
    STALE_SIGNATURES = "servers that go on signing with their former key"
    BOTH = "both faults"


def kind_of(spec: SiteSpec) -> Kind:
    """Of which kind a site is."""
    blocked, stale = any(each.http_blocked for each in spec.clients), spec.switches.stale_sig_files
    if blocked and stale:
        return Kind.BOTH
    if stale:
        return Kind.STALE_SIGNATURES
    return Kind.NO_PLAIN_HTTP if blocked else Kind.SOUND


class Losses(Value):
    """How many clients a strategy has cut off."""

    ever: int = 0
    at_end: int = 0
    """Of them, those that have not found back by the end."""

    @classmethod
    def of(cls, lost: Iterable[LostClient]) -> "Losses":
        """Clients that the strategy cut off: not before it began, and not by an unasked act."""
        cut_off = [each for each in lost if each.after is not None and each.first_failed >= START]
        by_strategy = [each for each in cut_off if not each.others_did]
        return cls(ever=len(by_strategy), at_end=sum(not each.healed for each in by_strategy))

    def __add__(self, other: "Losses") -> "Losses":
        return Losses(ever=self.ever + other.ever, at_end=self.at_end + other.at_end)


class Beside(Value):
    """Clients cut off on the sites of one kind that were played, by strategy; `product` is ours."""

    kind: Kind
    sites: int
    clients: int
    lost: Mapping[str, Losses]
    promised: int
    """Of those that the product cuts off, the ones that its promise covers."""
    unplanned: int = 0
    """Sites at which the product replaces nothing, since a network lets no plain HTTP through."""

    def __add__(self, other: "Beside") -> "Beside":
        return Beside(
            kind=self.kind,
            sites=self.sites + other.sites,
            clients=self.clients + other.clients,
            lost={name: losses + other.lost[name] for name, losses in self.lost.items()},
            promised=self.promised + other.promised,
            unplanned=self.unplanned + other.unplanned,
        )


def together(some: Iterable[Beside]) -> tuple[Beside, ...]:
    """The sum of comparisons, a value for each kind of site that was played."""
    sums: dict[Kind, Beside] = {}
    for one in some:
        sums[one.kind] = sums[one.kind] + one if one.kind in sums else one
    return tuple(sums[kind] for kind in Kind if kind in sums)


def table(beside: Iterable[Beside]) -> list[str]:
    """The comparison for people."""
    lines = ["clients cut off, and of these still at the end, by kind of site:"]
    for one in beside:
        without = f"; no plan for {one.unplanned}, until a port is opened" if one.unplanned else ""
        lines.append(f"{one.kind.value}: {one.sites} sites with {one.clients} clients{without}")
        lines.extend(f"  {name:24} {losses.ever:6} {losses.at_end:6}" for name, losses in one.lost.items())
        lines.append(f"  of the product's, {one.promised} are within its promise")
    return lines
