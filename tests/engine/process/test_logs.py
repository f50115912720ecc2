"""Log lines hold no secret."""

from engine.process.logs import without_secrets


def test_secrets_become_stars() -> None:
    """A value is hidden by its name, however deep it lies; all else stays."""
    event = {
        "event": "connected",
        "site": "hq",
        "password": "x",
        "request": {"Authorization": "Bearer x", "headers": {"api_key": "x"}, "path": "/"},
    }
    assert without_secrets(None, "info", event) == {
        "event": "connected",
        "site": "hq",
        "password": "**********",
        "request": {"Authorization": "**********", "headers": {"api_key": "**********"}, "path": "/"},
    }
