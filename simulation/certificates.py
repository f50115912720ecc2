"""New certificates for simulated servers: made once in a process for each name, since a key costs as much as a site."""

from datetime import timedelta
from functools import cache

from rotation.values import CertificateId, ServerName
from sepm.new_certificate import make_self_signed
from sepm.parsed_certificate import ParsedCertificate
from simulation.scenario import START

_VALID = timedelta(days=3650)


def certificate_id(server: ServerName) -> CertificateId:
    """The id of the new certificate of a server."""
    return CertificateId(f"cert-{server}")


@cache
def new_certificate(server: ServerName, address: str) -> ParsedCertificate:
    """The new certificate of a server, with its key."""
    return make_self_signed((server, address), identity=certificate_id(server), now=START, valid_for=_VALID)
