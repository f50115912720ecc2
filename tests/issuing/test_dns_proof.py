"""Records in a real DNS server: put beside what is there, read back, and taken out alone."""

import pytest

from engine.process.ports import choose_ports
from issuing.dns_proof import DnsProof
from issuing.errors import DnsUnreachable
from rotation.order import ProofRecord
from tests.issuing.authority import ALIAS_OF, ALIASED, a_name, no_other


async def test_records_of_others_stay(names):
    """A wildcard and its name have two proofs at one name; each is taken out by its own text."""
    name = f"_acme-challenge.{a_name()}"
    ours, theirs = ProofRecord(name=name, text="ours-_1"), ProofRecord(name=name, text="theirs")
    proof = DnsProof(names.settings())
    await proof.put([theirs])
    await proof.put([ours, ours])
    assert await names.texts(name) == {"ours-_1", "theirs"}
    await proof.take_out([ours])
    await proof.take_out([ours])
    assert await names.texts(name) == {"theirs"}


async def test_an_alias_is_followed(names, pebble, customer):
    """The record lies where the alias leads, and the authority finds it there."""
    applicant = customer(pebble.settings(), ALIASED)
    shown = await applicant.until(lambda order: order.shown_at)
    assert await names.texts(ALIAS_OF) == {record.text for record in shown.records}
    issued = await applicant.issued(shown)
    await applicant.issuer.tidy(issued, no_other)
    assert await names.texts(ALIAS_OF) == set()


async def test_a_server_that_is_away_is_tried_again(names):
    """It passes, and says what to look at."""
    (port,) = choose_ports("127.0.0.1", 0)
    proof = DnsProof(names.settings(server=f"127.0.0.1:{port}"))
    with pytest.raises(DnsUnreachable) as away:
        await proof.put([ProofRecord(name="_acme-challenge.a.example.test", text="x")])
    assert away.value.passes
    assert "ROTATOR_ACME_DNS_SERVER" in away.value.remedy
