"""The network of a client, as far as its row shows it."""

import pytest

from rotation.network import UNKNOWN, as_network, network_of


@pytest.mark.parametrize(
    ("addresses", "masks", "connected", "network"),
    [
        (("10.1.2.3",), ("255.255.0.0",), "", "10.1.0.0/16"),
        (("10.1.2.3",), ("20",), "", "10.1.0.0/20"),
        (("10.1.2.3",), (), "", "10.1.2.0/24"),
        (("10.1.2.3",), ("nonsense",), "", "10.1.2.0/24"),
        (("fe80::1", "2001:db8::7"), (), "", "2001:db8::/64"),
        (("10.1.2.3", "192.168.7.9"), ("255.255.255.0", "255.255.255.0"), "192.168.7.9", "192.168.7.0/24"),
        (("10.1.2.3", "192.168.7.9"), (), "80.1.1.1", "10.1.2.0/24"),
        (("127.0.0.1", "0.0.0.0", "host"), (), "", UNKNOWN),
        ((), (), "10.1.2.3", UNKNOWN),
    ],
)
def test_a_network_is_that_of_the_address_by_which_sepm_knows_the_client(addresses, masks, connected, network):
    """The first address that means a network, where SEPM knows it by none of them; a usual mask where none is shown."""
    assert network_of(addresses, masks, connected) == network


def test_a_person_names_networks_as_plans_do():
    """`unknown` stands for those without an address; what is no network is refused."""
    assert [as_network(text) for text in (UNKNOWN, "10.1.0.0/16")] == [UNKNOWN, "10.1.0.0/16"]
    with pytest.raises(ValueError, match="host bits"):
        as_network("10.1.2.3/16")
