"""A company's own authority: OpenBao's PKI, which speaks ACME as HashiCorp Vault does."""

from collections.abc import AsyncIterator
from dataclasses import dataclass

import pytest
from cryptography import x509
from pydantic import SecretStr

from issuing.errors import IssuerRefused
from issuing.settings import AcmeSettings
from tests.issuing.authority import NameServer, a_name
from tests.store.key_server import KeyServer


@dataclass
class Company:
    """The authority, which wants an external account for each new one."""

    server: KeyServer
    names: NameServer

    async def settings(self) -> AcmeSettings:
        """How the product reaches it, with an external account of its own: one is good for one account."""
        given = (await self.server.ask("POST", "pki/acme/new-eab"))["data"]
        return AcmeSettings(
            directory=f"{self.server.address}/v1/pki/acme/directory",
            ca=self.server.ca,
            eab_kid=given["id"],
            eab_key=SecretStr(given["key"]),
            dns=self.names.settings(),
        )


@pytest.fixture(scope="module")
async def company(tmp_path_factory, names) -> AsyncIterator[Company]:
    """An authority, set up as its documentation says."""
    async with KeyServer.running(tmp_path_factory.mktemp("bao")) as server:
        await server.ask("POST", "sys/mounts/pki", {"type": "pki"})
        headers = ["Last-Modified", "Location", "Replay-Nonce", "Link"]
        await server.ask("POST", "sys/mounts/pki/tune", {"allowed_response_headers": headers})
        await server.ask("POST", "pki/root/generate/internal", {"common_name": "Example Root", "key_type": "rsa"})
        await server.ask("POST", "pki/config/cluster", {"path": f"{server.address}/v1/pki"})
        acme = {"enabled": True, "dns_resolver": f"127.0.0.1:{names.port}", "eab_policy": "new-account-required"}
        await server.ask("POST", "pki/config/acme", acme)
        yield Company(server, names)


async def test_a_company_authority_signs(company, customer):
    """Upper case or lower, names are proven by DNS; the account is found again when its external one is used up."""
    one, two = a_name(), a_name().upper()
    applicant = customer(await company.settings(), one, two)
    leaf, *issuers = x509.load_pem_x509_certificates((await applicant.issued()).chain_pem.encode())
    names_in = leaf.extensions.get_extension_for_class(x509.SubjectAlternativeName).value
    assert names_in.get_values_for_type(x509.DNSName) == [one, two]
    assert issuers
    assert (await applicant.issued()).chain_pem


async def test_a_subject_that_is_none_of_the_names_is_refused(company, customer):
    """Its own words, and what to ask for in place of it."""
    with pytest.raises(IssuerRefused, match="badCSR") as refused:
        await customer(await company.settings(), a_name(), subject="CN=sepm1,O=Example").issued()
    assert "subject" in refused.value.remedy
