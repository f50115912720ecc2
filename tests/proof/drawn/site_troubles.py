"""What goes wrong around a drawn rotation beside SEPM itself: mistakes, acts of others, networks, the purge."""

from collections.abc import Sequence
from datetime import timedelta

from emulator.events.site_events import Scheduled, SylinkHandedOut
from emulator.spec import HandOutSpec, SiteSpec
from emulator.state.slips import Mistake, Slip
from rotation.site import Limits
from simulation.drawn.chance import Chance
from simulation.drawn.scenario import START
from tests.proof.drawn.event_draws import USUAL, WIDER, draw_site_events
from tests.proof.drawn.profile_shares import Shares

_DAY = timedelta(days=1)
_SPAN = timedelta(days=60)
"""The time within which a kind of site event happens once or twice."""
_MONTH = timedelta(days=30)
_MOSTLY = 0.7
_KNOWN = 0.8
"""That the people of a site know what hands out Sylink.xml there."""
_PURGE = timedelta(days=30)
"""SEPM's own setting."""


def faulty(spec: SiteSpec, chance: Chance, shares: Shares) -> SiteSpec:
    """The site with an operator who makes a mistake or two."""
    slips = tuple(
        Slip(mistake=mistake, after=chance.whole(0, 4, "slip after", mistake.value))
        for mistake in Mistake
        if chance.happens(shares.slip, "slip", mistake.value)
    )
    return spec.model_copy(update={"robot": spec.robot.model_copy(update={"slips": slips})})


def behind_proxies(spec: SiteSpec, chance: Chance, shares: Shares) -> SiteSpec:
    """The site with a location whose network lets no plain HTTP through: its clients can only use HTTPS."""
    places = sorted({batch.location for batch in spec.clients})
    if not places or not chance.happens(shares.proxy, "proxy"):
        return spec
    place = chance.one_of(places, "behind the proxy")
    batches = tuple(
        batch.model_copy(update={"http_blocked": batch.location == place and not _over_http(spec, batch.group, place)})
        for batch in spec.clients
    )
    return spec.model_copy(update={"clients": batches})


def _over_http(spec: SiteSpec, path: str, place: str) -> bool:
    """Whether clients of a group use HTTP from the start; then their network lets it through."""
    groups, lists = {group.path: group for group in spec.groups}, {each.name: each for each in spec.server_lists}
    while groups[path].inherits:
        path = path.rpartition("\\")[0]
    location = next(each for each in groups[path].locations if each.name == place)
    return lists[location.server_list].protocol == "HTTP"


def purged(spec: SiteSpec, limits: Limits, chance: Chance) -> tuple[SiteSpec, Limits]:
    """The site whose SEPM forgets unseen clients, as its owner has registered it."""
    if not chance.happens(0.15, "purge"):
        return spec, limits
    after = chance.one_of((_PURGE, 2 * _PURGE, 4 * _PURGE), "purge after")
    return spec.model_copy(update={"purge_after": after}), limits.model_copy(update={"purge_after": after})


def drawn_site_events(
    spec: SiteSpec, seed: int, chance: Chance, shares: Shares, *, wider: float
) -> tuple[Scheduled, ...]:
    """A few kinds of site events, each once or twice within the first weeks, or as often as a profile has it."""
    kinds = [kind for kind in USUAL if chance.happens(_share(kind, shares), "happens", kind)]
    kinds += [kind for kind in WIDER if chance.happens(wider, "happens", kind)]
    span = chance.between(*shares.within, "happens within")
    monthly = 1.5 * (_MONTH / _SPAN) if shares.times is None else shares.times * (_MONTH / span)
    return draw_site_events(spec, seed, START, START + span, dict.fromkeys(kinds, monthly))


def with_hand_outs(
    spec: SiteSpec, site_events: Sequence[Scheduled], chance: Chance
) -> tuple[SiteSpec, tuple[Scheduled, ...]]:
    """The site with what hands out Sylink.xml there, and what happens with each that does: people may know of it."""
    found: list[HandOutSpec] = []
    named: list[Scheduled] = []
    for each in site_events:
        site_event = each.site_event
        if isinstance(site_event, SylinkHandedOut):
            number = len(found) + 1
            found.append(HandOutSpec(name=f"Script {number}", known=chance.happens(_KNOWN, "known hand-out", number)))
            site_event = site_event.model_copy(update={"hand_out": found[-1].name})
        named.append(each.model_copy(update={"site_event": site_event}))
    return spec.model_copy(update={"hand_outs": tuple(found)}), tuple(named)


def _share(kind: str, shares: Shares) -> float:
    return _MOSTLY if kind in shares.site_event else shares.happens
