"""The root of everything that the store refuses."""


class StoreFault(Exception):  # noqa: N818 - what it refuses is named by its subclasses: UnknownSite, SiteBusy
    """The store refuses, and has changed nothing. The message says what and why, and holds no secret."""
