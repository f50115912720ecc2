"""A session opens the pages of this service and of the Temporal UI."""

from collections.abc import Callable

from starlette.requests import HTTPConnection

from api.pages.frame.addresses import is_page
from api.temporal_ui.sessions import Sessions
from rotation.identity.log_in import LogIn
from store.access.key_text import KeyId


def admitting(sessions: Sessions) -> Callable[[HTTPConnection], KeyId | LogIn | None]:
    """What the session of a request was opened with, where it opens what the request asks for.

    A session opens pages, and no route of the API below /v1: programs show their key.
    """

    def admit(request: HTTPConnection) -> KeyId | LogIn | None:
        return sessions.holder(request) if is_page(request.url.path) else sessions.admit(request)

    return admit
