"""`rotator demo --naive`: what the product is for."""

import pytest

pytestmark = pytest.mark.timeout(420)


def test_without_the_product_most_clients_are_lost(demo):
    """The naive demo shows the losses, more than one client in ten, exits with 0, and leaves no file."""
    here = demo("--naive", "--json", "--seed", "3")
    assert here.ended() == 0, here.progress

    site = here.told["sites"]["one-server"]
    assert site["clients_total"] * 0.1 < site["clients_lost"] <= site["clients_total"]
    assert list(here.temporary.iterdir()) == []
