"""Orders at a real ACME server that asks a real DNS server: how they succeed, and how they do not."""

from datetime import timedelta

import pytest
from cryptography import x509
from pydantic import SecretStr

from issuing.errors import DnsRefused, IssuerRefused, ProofFailed, ProofImpossible
from issuing.settings import DnsSettings
from rotation.order import Order, OrderStep
from tests.issuing.authority import BLOCKED, EAB_KEY, TSIG_KEY, a_name, no_other


async def test_names_are_proven_by_dns_and_signed(pebble, names, customer):
    """Through a server that refuses every second nonce; the records are read back, and taken out again."""
    one, two = a_name(), a_name()
    applicant = customer(pebble.settings(), one, two)
    shown = await applicant.until(lambda order: order.shown_at)
    assert {record.name for record in shown.records} == {f"_acme-challenge.{one}", f"_acme-challenge.{two}"}
    assert await names.texts(f"_acme-challenge.{one}") == {r.text for r in shown.records if one in r.name}
    issued = await applicant.issued(shown)
    assert issued.step is OrderStep.SIGNING
    leaf, *issuers = x509.load_pem_x509_certificates(issued.chain_pem.encode())
    assert leaf.public_key() == x509.load_pem_x509_csr(applicant.asked.request_pem.encode()).public_key()
    assert issuers
    await applicant.issuer.tidy(issued, no_other)
    await applicant.issuer.tidy(issued, no_other)
    assert await names.texts(f"_acme-challenge.{one}") == set()


async def test_the_authority_looks_only_when_other_dns_servers_know(pebble, names, customer):
    """Most look once: until that time is over it is not even asked."""
    dns = names.settings(settle=timedelta(hours=1))
    applicant = customer(pebble.settings(dns=dns), a_name())
    shown = await applicant.until(lambda order: order.shown_at)
    assert shown.wait == timedelta(hours=1)
    deaf = customer(pebble.settings(dns=dns, directory="https://127.0.0.1:9/dir"), *applicant.asked.names)
    waiting = await deaf.step(shown)
    assert timedelta(minutes=59) < waiting.wait <= timedelta(hours=1)
    assert (waiting.url, waiting.shown_at) == (shown.url, shown.shown_at)


async def test_a_step_that_was_not_kept_is_done_again_without_harm(pebble, customer):
    """Each step from the same state twice, as after a kill: the same order, one certificate, the same records."""
    applicant = customer(pebble.settings(), a_name())
    order = await applicant.until(lambda found: found.url)
    while not order.chain_pem:
        await applicant.step(order)
        order = await applicant.step(order)
    again = await applicant.issued(order.model_copy(update={"chain_pem": ""}))
    assert (again.url, again.chain_pem) == (order.url, order.chain_pem)


async def test_a_name_that_the_authority_knows_needs_no_proof(pebble, customer):
    """An authorisation is used again; so it is where an authority asks for none, and then no DNS server is needed."""
    name = a_name()
    applicant = customer(pebble.settings(), name)
    first = await applicant.issued()
    without = customer(pebble.settings(dns=DnsSettings()), name)
    second = await without.issued()
    assert second.records == ()
    assert second.url != first.url
    stranger = customer(pebble.settings(dns=DnsSettings()), name, new=True)
    with pytest.raises(ProofImpossible, match=r"dns-01.*no DNS server is set"):
        await stranger.issued()


async def test_a_proof_that_is_not_found_fails_the_order_and_another_may_be_placed(pebble, customer):
    """The authority's own words; a try that takes the dead order over places another one."""
    applicant = customer(pebble.settings(), a_name())
    shown = await applicant.until(lambda order: order.shown_at)
    await applicant.issuer.tidy(shown, no_other)
    with pytest.raises(ProofFailed, match="TXT records") as failed:
        await applicant.issued(shown)
    assert failed.value.subject == applicant.asked.names[0]
    issued = await applicant.issued(Order(url=shown.url, taken_over=True))
    assert issued.url != shown.url


async def test_an_order_that_an_earlier_try_has_placed_is_taken_over(pebble, customer):
    """It is still good; one that the authority does not know is placed again, or named where this try placed it."""
    applicant = customer(pebble.settings(), a_name())
    placed = await applicant.until(lambda order: order.url)
    issued = await applicant.issued(Order(url=placed.url, taken_over=True))
    assert issued.url == placed.url
    unknown = Order(url=f"{placed.url}-unknown", taken_over=True)
    assert (await applicant.issued(unknown)).url != placed.url
    with pytest.raises(IssuerRefused, match="does not know this order") as lost:
        await applicant.issued(unknown.model_copy(update={"taken_over": False}))
    assert lost.value.remedy == "order once more"


async def test_a_refusal_comes_in_the_authoritys_own_words(pebble, customer):
    """Its type of problem and its detail, about the name or the account, with what to do; no key is shown."""
    with pytest.raises(IssuerRefused, match=r"rejectedIdentifier.*forbidden") as refused:
        await customer(pebble.settings(), BLOCKED).issued()
    assert "without it" in refused.value.remedy
    with pytest.raises(IssuerRefused, match="externalAccountRequired") as refused:
        await customer(pebble.settings(eab_kid=None, eab_key=None), a_name(), new=True).issued()
    assert "ROTATOR_ACME_EAB_KID" in refused.value.remedy
    wrong = EAB_KEY[::-1]
    with pytest.raises(IssuerRefused, match="unauthorized") as refused:
        await customer(pebble.settings(eab_key=SecretStr(wrong)), a_name(), new=True).issued()
    assert wrong not in str(refused.value.finding)


async def test_an_address_cannot_be_proven_by_dns(pebble, customer):
    """RFC 8738 says so; the order ends before anything is put into DNS."""
    with pytest.raises(ProofImpossible, match=r"address.*http-01") as impossible:
        await customer(pebble.settings(), "127.0.0.1").issued()
    assert impossible.value.subject == "127.0.0.1"


@pytest.mark.parametrize(
    ("changes", "why"),
    [
        ({"tsig_name": "another"}, "not signed by our key"),
        ({"tsig_key": SecretStr(TSIG_KEY[::-1].strip("=") + "=")}, "signature"),
        ({}, "REFUSED"),
    ],
    ids=["a key that the server does not know", "another secret", "a zone of others"],
)
async def test_updates_that_the_dns_server_does_not_take_end_the_order(pebble, names, customer, changes, why):
    """A wrong signature, and a name that is in none of its zones; the secret is not shown."""
    name = a_name() if changes else "sepm.elsewhere.test"
    with pytest.raises(DnsRefused, match=why) as refused:
        await customer(pebble.settings(dns=names.settings(**changes)), name).issued()
    assert refused.value.remedy
    assert names.settings(**changes).tsig_key.get_secret_value() not in str(refused.value.finding)
