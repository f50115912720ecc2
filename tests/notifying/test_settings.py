"""Settings of the environment: each wrong one is named, without its value."""

import pytest

from notifying.errors import NotifySettingsWrong
from notifying.settings import configured_settings


@pytest.mark.parametrize(
    ("name", "value"),
    [("EVERY", "soon"), ("SITES_EVERY", "P9D"), ("LINK", "rotator.corp.example"), ("KEEP", "P1D")],
)
def test_a_wrong_setting_is_named(monkeypatch, name, value):
    """The reason has the variable as the operator has written it; what was written stays out of the log."""
    monkeypatch.setenv("ROTATOR_NOTIFY_LINK", "https://rotator.test")
    monkeypatch.setenv(f"ROTATOR_NOTIFY_{name}", value)
    with pytest.raises(NotifySettingsWrong, match=f"^ROTATOR_NOTIFY_{name}: [^;]+$") as wrong:
        configured_settings()
    assert value not in str(wrong.value)


def test_good_settings_are_taken(monkeypatch):
    """As they stand in the environment."""
    monkeypatch.setenv("ROTATOR_NOTIFY_PRIVATE_HOSTS", "Mail.test, [fd00::1]")
    assert configured_settings().named == {"mail.test", "fd00::1"}
