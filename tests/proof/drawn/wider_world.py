"""The wider world of the sixth version of the draws: what is rare at a site, and rare kinds of clients."""

from datetime import timedelta
from typing import Any

from emulator.spec import ClientSpec, SiteSpec
from emulator.switches import Trusts
from simulation.drawn.chance import Chance
from simulation.drawn.scenario import START, Scenario
from tests.proof.drawn.event_draws import RARE, draw_site_events

_RARELY, _ANYWHERE, _OFF = 0.04, 0.5, 0.3
_WITHIN, _MONTH = timedelta(days=10), timedelta(days=30)
_CLOCKS = (timedelta(days=-2), timedelta(hours=2))
"""How far clocks of clients are off, where clients look at dates. Certificates of an authority are two days old."""


def wider_world(drawn: Scenario) -> Scenario:
    """As drawn, with each of these at a few sites in a hundred; half of all sites have REST at each server.

    1. a database that is saved, or put back; stale answers; another server
    2. clients that trust by authority, whose servers have certificates of one
    3. clients that look whether a certificate is valid, some of whose clocks are off
    """
    chance, spec = Chance(drawn.seed), drawn.spec
    kinds = [kind for kind in RARE if chance.happens(_RARELY, "rare", kind)]
    more = draw_site_events(spec, drawn.seed, START, START + _WITHIN, dict.fromkeys(kinds, 1.5 * (_MONTH / _WITHIN)))
    spec = _asked_anywhere(spec, chance)
    if chance.happens(_RARELY, "trusts by authority"):
        spec = _with(spec, trusts=Trusts.SAME_AUTHORITY).model_copy(update={"authority": "Company CA"})
    if chance.happens(_RARELY, "looks at dates"):
        clients = tuple(_off(batch, chance, number) for number, batch in enumerate(spec.clients))
        spec = _with(spec, checks_validity=True).model_copy(update={"clients": clients})
    events = tuple(sorted((*drawn.site_events, *more), key=lambda each: each.at))
    return drawn.model_copy(update={"spec": spec, "site_events": events})


def _asked_anywhere(spec: SiteSpec, chance: Chance) -> SiteSpec:
    if not chance.happens(_ANYWHERE, "rest anywhere"):
        return spec
    servers = tuple(each.model_copy(update={"rest": True}) for each in spec.servers)
    return spec.model_copy(update={"servers": servers})


def _off(batch: ClientSpec, chance: Chance, number: int) -> ClientSpec:
    if not chance.happens(_OFF, "clock is off", number):
        return batch
    return batch.model_copy(update={"clock_ahead": chance.between(*_CLOCKS, "clock", number)})


def _with(spec: SiteSpec, **switches: Any) -> SiteSpec:
    return spec.model_copy(update={"switches": spec.switches.model_copy(update=switches)})
