"""The sixth version of the draws: what the former ones do not have, at a few sites in a hundred each."""

import pytest

from emulator.switches import Trusts
from tests.proof.drawn.event_draws import RARE
from tests.proof.seeds import FIFTH, SIXTH, scenario

_SITES = 300


def traits_of(drawn):
    """What of the wider world a scenario has."""
    happens = {each.site_event.site_event for each in drawn.site_events} & set(RARE)
    switches, spec = drawn.spec.switches, drawn.spec
    clients = {
        "authority": switches.trusts is Trusts.SAME_AUTHORITY and bool(spec.authority),
        "dates": switches.checks_validity,
        "clocks": any(batch.clock_ahead for batch in spec.clients),
        "anywhere": any(server.rest for server in spec.servers),
    }
    return happens | {name for name, has in clients.items() if has}


def test_former_versions_have_none_of_it():
    """A seed below it means what it has meant."""
    assert not any(traits_of(scenario(FIFTH + number)) for number in range(60))


@pytest.mark.parametrize(
    ("what", "least", "most"),
    [*((kind, 0.01, 0.09) for kind in (*RARE, "authority", "dates")), ("clocks", 0.01, 0.09), ("anywhere", 0.4, 0.6)],
)
def test_each_is_drawn(drawn_sites, what, least, most):
    """At a few sites in a hundred; that the product may ask every server is so at half of them."""
    share = sum(what in each for each in drawn_sites) / _SITES
    assert least < share < most


@pytest.fixture(scope="module")
def drawn_sites():
    """What of it the first sites of that version have."""
    return [traits_of(scenario(SIXTH + number)) for number in range(_SITES)]
