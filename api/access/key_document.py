"""Keys and identities as they are asked for and shown."""

from datetime import timedelta
from typing import Annotated

from pydantic import Field, StrictBool

from api.manners.paging import PageShown
from rotation.identity.identity import Grant
from rotation.identity.name import IdentityName
from rotation.span import UpToAYear
from rotation.values import Value
from store.access.api_key import ApiKey


class KeyRequest(Value):
    """A key for a new identity; or, without `grant`, another key for one that is there."""

    name: IdentityName = Field(description="The name of the person or the program, for every trail")
    grant: Grant | None = Field(
        default=None, description="Of a new identity: its roles and sites; null: the identity of this name is there"
    )
    another: StrictBool = Field(
        default=False,
        description="With `grant`: the identity is there and has had no key, since the company's log-in alone knows it",
    )
    expires_in: Annotated[UpToAYear, Field(gt=timedelta(0))] = Field(
        default=timedelta(days=90), description="How long the key counts, e.g. P90D"
    )


class KeyMade(Value):
    """A new key. Its text is shown here and never again."""

    key: ApiKey
    text: str = Field(description="What its holder sends: `Authorization: Bearer TEXT`")


class KeyList(PageShown[ApiKey]):
    """A page of keys, the newest first; those that are revoked or expired, too."""
