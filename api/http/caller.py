"""Who makes a request: the principal that the guard has found."""

from typing import Annotated

from fastapi import Depends, Request

from rotation.identity.identity import Principal


def caller_of(request: Request) -> Principal:
    """The principal of this request."""
    principal: Principal = request.state.principal
    return principal


Caller = Annotated[Principal, Depends(caller_of)]
