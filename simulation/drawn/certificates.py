"""New certificates for simulated servers: made once in a process for each name, since a key costs as much as a site."""

from datetime import timedelta
from functools import cache

from certificates.new_certificate import make_self_signed
from certificates.parsed_certificate import ParsedCertificate
from rotation.values import CertificateId, ServerName
from simulation.drawn.scenario import START, Scenario

_VALID = timedelta(days=3650)


def certificate_id(server: ServerName) -> CertificateId:
    """The id of the new certificate of a server."""
    return CertificateId(f"cert-{server}")


def chosen(scenario: Scenario) -> dict[ServerName, ParsedCertificate]:
    """The new certificate of each server. Of a registered site a stand-in, shared by the servers that share it."""
    addresses = {ServerName(server.name): server.address for server in scenario.spec.servers}
    if scenario.registered is None:
        return {server: new_certificate(server, address) for server, address in addresses.items()}
    wanted = scenario.registered.request.certificates
    return {server: _stand_in(wanted[server]) for server in addresses if server in wanted}


@cache
def _stand_in(identity: CertificateId) -> ParsedCertificate:
    return make_self_signed((identity,), identity=identity, now=START, valid_for=_VALID)


@cache
def new_certificate(server: ServerName, address: str) -> ParsedCertificate:
    """The new certificate of a server, with its key."""
    return make_self_signed((server, address), identity=certificate_id(server), now=START, valid_for=_VALID)
