"""Which addresses messages may go to."""

import pytest

from notifying.addresses import checked, resolve
from notifying.errors import AddressRefused, ChannelAway

INSIDE = (
    "10.1.2.3",
    "172.16.0.1",
    "192.168.1.1",
    "127.0.0.1",
    "100.64.0.1",
    "::1",
    "fd00::1",
    "fec0::1",
    "2002:a00:1::",
    "::7f00:1",
    "::ffff:0:7f00:1",
)
NEVER = (
    "0.0.0.0",
    "169.254.169.254",
    "224.0.0.1",
    "::",
    "fe80::1%eth0",
    "ff02::1",
    "::ffff:169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "::ffff:0:a9fe:a9fe",
)


def leads_to(*addresses):
    """A resolver."""

    async def found(_host, _port):
        return addresses

    return found


@pytest.mark.parametrize("address", ["8.8.8.8", "2606:4700::1", "64:ff9b::808:808"])
async def test_a_public_address_may_be_gone_to(address):
    """No setting is needed."""
    assert await checked("Hooks.Test", 443, (), leads_to(address)) == (address,)


@pytest.mark.parametrize("address", INSIDE)
async def test_an_address_inside_takes_a_setting(address):
    """It is refused, alone and beside a public one, but for a host that is named."""
    for found in ((address,), ("8.8.8.8", address)):
        with pytest.raises(AddressRefused, match=r"hooks\.test is .* no public address"):
            await checked("hooks.test", 443, (), leads_to(*found))
    assert await checked("Hooks.Test.", 443, {"hooks.test"}, leads_to(address)) == (address,)


@pytest.mark.parametrize("address", NEVER)
async def test_some_addresses_are_never_gone_to(address):
    """Not even for a host that is named: credentials of cloud services lie there, or no single host."""
    with pytest.raises(AddressRefused):
        await checked("hooks.test", 443, {"hooks.test"}, leads_to(address))


async def test_an_address_is_checked_as_a_name_is():
    """As this machine resolves it; one that has no address is away."""
    with pytest.raises(AddressRefused):
        await checked("127.0.0.1", 443, (), resolve)
    with pytest.raises(AddressRefused):
        await checked("[::1]", 443, (), resolve)
    with pytest.raises(ChannelAway, match="has no address"):
        await checked("no-such-host.invalid", 443, (), resolve)
    with pytest.raises(ChannelAway):
        await checked(f"{'a' * 64}.test", 443, (), resolve)
