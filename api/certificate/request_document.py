"""Requests for certificates as they are asked for and shown; never their keys."""

from pydantic import Field

from api.certificate.certificate_document import Name
from api.manners.paging import PageShown
from rotation.values import Value
from store.certificate.certificate_requests import CertificateRequest


class RequestDocument(Value):
    """What a certificate is to be for."""

    names: tuple[Name, ...] = Field(min_length=1, max_length=100, description="The first one is the subject too")
    subject: str = Field(
        default="", max_length=1000, description="As RFC 4514 writes it, e.g. CN=sepm.example.org,O=Example"
    )


class RequestShown(Value):
    """A request."""

    request: CertificateRequest


class RequestList(PageShown[CertificateRequest]):
    """A page of requests, the newest first."""
