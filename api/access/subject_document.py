"""Subjects of the company's log-in as they are linked and shown."""

from pydantic import Field, StrictBool

from api.manners.paging import PageShown
from rotation.identity.log_in import Issuer, Subject
from rotation.identity.name import IdentityName
from rotation.values import Value
from store.access.subjects import LogInSubject


class LinkRequest(Value):
    """Which identity a subject is."""

    name: IdentityName = Field(description="Of the identity")
    subject: Subject = Field(description="`sub` of its tokens")
    issuer: Issuer | None = Field(default=None, description="`iss` of its tokens; null: the provider that is set")
    new: StrictBool = Field(default=False, description="Whether the identity is a new one")


class SubjectList(PageShown[LogInSubject]):
    """A page of subjects, by the names of their identities."""
