"""`rotator up` and the settings of the company's log-in."""

import pytest

from api.serving.listening import Listening
from cli.service.service import NotUp, serve


@pytest.mark.parametrize(
    ("name", "value", "shown"),
    [
        ("ROTATOR_OIDC_ISSUER", "http://login.example.com", "ROTATOR_OIDC_ISSUER"),
        ("ROTATOR_OIDC_ALGORITHMS", "HS256", "algorithms"),
    ],
)
def test_settings_that_cannot_work_end_the_start(monkeypatch, tmp_path, name, value, shown):
    """At once, before anything is started or written, with the name of the setting."""
    monkeypatch.setenv(name, value)
    with pytest.raises(NotUp, match=shown):
        serve(tmp_path / "var", Listening(host="127.0.0.1", port=0), (0, 0), "ann", as_json=True)
    assert not (tmp_path / "var").exists()
