"""A log-in at the company's provider (OpenID Connect), as a token has proven it."""

from typing import Annotated

from pydantic import Field

from rotation.identity.identity import Grant
from rotation.identity.name import IdentityName
from rotation.values import Value

Issuer = Annotated[str, Field(min_length=1, max_length=500)]
Subject = Annotated[str, Field(pattern=r"^[\x21-\x7e]([\x20-\x7e]{0,253}[\x21-\x7e])?$")]
"""What the provider calls a person or a program: ASCII of at most 255 characters (OpenID Connect Core, 2)."""


class LogIn(Value):
    """Who has logged in, and what the token gives. Issuer and subject tell persons apart; the name does not."""

    issuer: Issuer
    subject: Subject
    name: IdentityName
    grant: Grant
