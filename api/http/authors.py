"""The author of a request, for the trails: the identity of its key, and the network address it came from."""

from typing import Annotated

from asgi_correlation_id import correlation_id
from fastapi import Depends, Request
from pydantic import Field

from api.http.caller import Caller
from rotation.identity.two_persons import Wish
from rotation.values import Value
from store.trail.site_trail import Author

Why = Annotated[str, Field(min_length=1, max_length=2000, pattern=r"\S")]
"""A reason, for trails: blanks are none."""


class ChangeReason(Value):
    """Why a caller wants something changed."""

    why: Why


def author_of(request: Request, caller: Caller) -> Author:
    """The author of this request. Behind a proxy the address is the proxy's, unless the server trusts the proxy."""
    address = request.client.host if request.client else ""
    return Author(who=caller.name, identity=caller.id, address=address, request_id=correlation_id.get() or "")


def with_first(author: Author, wish: Wish) -> Author:
    """Both authors of what two persons do: the one who wished it, and the one of this request."""
    return author.model_copy(
        update={"who": f"{wish.asked_by} and {author.who}", "identity": f"{wish.identity} and {author.identity}"}
    )


WithAuthor = Annotated[Author, Depends(author_of)]
