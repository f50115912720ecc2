"""The authority that the settings name."""

from issuing.acme_issuer import AcmeIssuer
from issuing.dns_proof import DnsProof
from issuing.issuer import Issuer
from issuing.settings import AcmeSettings


def configured_issuer(settings: AcmeSettings) -> Issuer | None:
    """The authority; None where none is set.

    Raises:
        IssuerSettingsWrong: when what is set cannot be used.
    """
    if settings.where() is None:
        return None
    settings.trust()
    settings.binding()
    if settings.dns.server is None:
        return AcmeIssuer(settings)
    settings.dns.key()
    return AcmeIssuer(settings, DnsProof(settings.dns))
