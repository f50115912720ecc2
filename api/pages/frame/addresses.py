"""Where the pages are. All else is the API's: paths below /v1, its description and health."""

from urllib.parse import quote

HOME, SIGN_IN, SIGN_OUT, LANGUAGE = "/", "/sign-in", "/sign-out", "/language"
REGISTRATION, CALENDAR = "/registration", "/calendar"
FILES = "/files"
_ROOMS = frozenset(
    {"sign-in", "sign-out", "language", "sites", "rotations", "tasks", "plans", "registration", "calendar"}
)
LONGEST = 1500
"""Characters of a page that a sign-in leads to."""


def is_page(path: str) -> bool:
    """Whether a path is of a page. One that begins with two slashes is none: as a link it would name a host."""
    return path == HOME or (path.startswith("/") and path[1:].partition("/")[0] in _ROOMS)


def sign_in_first(then: str) -> str:
    """The sign-in, which leads to that page."""
    return SIGN_IN if then == HOME else f"{SIGN_IN}?then={quote(then[:LONGEST], safe='')}"


def page_of(path: str) -> str:
    """The page whose form is sent to a path: forms of `/tasks/ID` are sent to `/tasks/ID/...`."""
    if path in (REGISTRATION, CALENDAR):
        return path
    named = path.split("/")[1:3]
    return f"/{'/'.join(named)}" if len(named) == 2 and all(named) else HOME  # noqa: PLR2004 - room and id
