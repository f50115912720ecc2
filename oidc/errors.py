"""What keeps a person or a program from logging in over OpenID Connect. No text here has a token in it."""

# ruff: noqa: N818 - the names say what happened, as those of SEPM's edge do


class OidcSettingsWrong(ValueError):
    """The settings of the company's log-in cannot work."""


class ProviderAway(Exception):
    """The provider does not answer, or its answer cannot be used."""


class TokenRefused(Exception):
    """A token, or a log-in, that is not accepted. The text says why."""


class NoRole(TokenRefused):
    """The token is right, and its claims give no role here."""
