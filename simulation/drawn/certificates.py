"""New certificates for simulated servers: made once in a process for each name, since a key costs as much as a site."""

from datetime import timedelta
from functools import cache

from certificates.certificate_file import parse_certificate_file
from certificates.new_certificate import make_self_signed
from certificates.parsed_certificate import ParsedCertificate
from emulator.building import INSTALLED
from emulator.certificates.certificates import authority_of, issued
from emulator.certificates.keys import pool_key
from rotation.values import CertificateId, ServerName
from simulation.drawn.scenario import START, Scenario

_VALID, _BACKDATED = timedelta(days=3650), timedelta(days=2)
_KEYS = 60
"""From here on the emulator's pool has the keys of next certificates of an authority."""


def certificate_id(server: ServerName) -> CertificateId:
    """The id of the new certificate of a server."""
    return CertificateId(f"cert-{server}")


def chosen(scenario: Scenario) -> dict[ServerName, ParsedCertificate]:
    """The new certificate of each server. Of a registered site a stand-in, shared by the servers that share it."""
    addresses = {ServerName(server.name): server.address for server in scenario.spec.servers}
    if scenario.registered is None:
        authority = scenario.spec.authority
        if authority:
            every = enumerate(addresses.items())
            return {server: _issued(server, address, number, authority) for number, (server, address) in every}
        return {server: new_certificate(server, address) for server, address in addresses.items()}
    wanted = scenario.registered.request.certificates
    return {server: _stand_in(wanted[server]) for server in addresses if server in wanted}


@cache
def _stand_in(identity: CertificateId) -> ParsedCertificate:
    return make_self_signed((identity,), identity=identity, now=START, valid_for=_VALID)


@cache
def _issued(server: ServerName, address: str, number: int, authority: str) -> ParsedCertificate:
    """The next certificate of a server at a site with an authority, in a file with that of the authority."""
    made = issued(pool_key(_KEYS + number), server, START - _BACKDATED, authority=authority, address=address)
    file = made.certificate_pem + authority_of(authority).certificate_pem + made.key_pem
    return parse_certificate_file(file, identity=certificate_id(server), name=server)


@cache
def new_certificate(server: ServerName, address: str) -> ParsedCertificate:
    """The new certificate of a server, with its key."""
    return make_self_signed(
        (server, address), identity=certificate_id(server), now=START, valid_for=_VALID, since=START - INSTALLED
    )
