"""Settings of the company's log-in: what cannot work is refused at the start."""

from typing import Any

import pytest
from pydantic import ValidationError

from oidc.errors import OidcSettingsWrong
from oidc.settings import Algorithm, OidcSettings, is_safe
from rotation.identity.identity import Grant
from rotation.identity.permission import Role
from rotation.values import SiteId

WHERE = "https://login.example.com/realms/company"
GOOD: dict[str, Any] = {
    "issuer": WHERE,
    "client_id": "rotator",
    "redirect_uri": "https://rotator.example.com/v1/login/oidc/callback",
    "audience": "api://rotator",
    "grants": {"admins": {"roles": ["admin"]}},
}


def test_without_an_issuer_there_is_none():
    """The other settings mean nothing then."""
    assert OidcSettings().checked() is None
    assert OidcSettings(client_id="rotator").checked() is None


def test_they_come_from_the_environment(monkeypatch):
    """Algorithms with spaces between them, clients and grants as JSON."""
    monkeypatch.setenv("ROTATOR_OIDC_ISSUER", WHERE)
    monkeypatch.setenv("ROTATOR_OIDC_AUDIENCE", "api://rotator")
    monkeypatch.setenv("ROTATOR_OIDC_ALGORITHMS", "ES384 EdDSA")
    monkeypatch.setenv("ROTATOR_OIDC_CLIENTS", '["robot 1", "robot 2"]')
    monkeypatch.setenv("ROTATOR_OIDC_GRANTS", '{"ops": {"roles": ["operator"], "sites": ["vienna"]}}')
    found = OidcSettings().checked()
    assert found is not None
    assert found.clients == ("robot 1", "robot 2")
    assert found.algorithms == (Algorithm.ES384, Algorithm.EDDSA)
    assert found.grants == {"ops": Grant(roles=(Role.OPERATOR,), sites=(SiteId("vienna"),))}


@pytest.mark.parametrize("algorithms", ["none", "HS256", "RS256 HS256", "rs256", "ES256K", ""])
def test_only_private_keys_of_the_provider_sign(algorithms):
    """No secret that both sides share, nothing at all, and no name that is unknown."""
    with pytest.raises(ValidationError, match="algorithms"):
        OidcSettings(**GOOD, algorithms=algorithms)


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"issuer": "http://login.example.com"}, "ISSUER"),
        ({"issuer": "login.example.com"}, "ISSUER"),
        ({"issuer": f"{WHERE}?x=y"}, "ISSUER"),
        ({"issuer": f"{WHERE}#x"}, "ISSUER"),
        ({"issuer": "https://ann:secret@login.example.com"}, "ISSUER"),
        ({"issuer": "https://"}, "ISSUER"),
        ({"issuer": "https://login.example.com:port"}, "ISSUER"),
        ({"issuer": "https://log in.example.com"}, "ISSUER"),
        ({"issuer": "http://127.0.0.1.example.com"}, "ISSUER"),
        ({"client_id": None}, "CLIENT_ID"),
        ({"redirect_uri": None}, "REDIRECT_URI"),
        ({"redirect_uri": "http://rotator.example.com/v1/login/oidc/callback"}, "REDIRECT_URI"),
        ({"redirect_uri": "https://rotator.example.com/"}, "REDIRECT_URI"),
        ({"client_id": None, "redirect_uri": None, "audience": None}, "AUDIENCE"),
        ({"audience": "rotator"}, "ID tokens"),
        ({"grants": {}}, "GRANTS"),
        ({"ca": __file__}, "CA"),
        ({"client_secret_file": "/nowhere"}, "FileNotFoundError"),
    ],
    ids=str,
)
def test_settings_that_cannot_work_are_refused(wrong, named):
    """The text names the setting."""
    with pytest.raises(OidcSettingsWrong, match=named):
        OidcSettings(**{**GOOD, **wrong}).checked()


def test_the_file_of_the_secret(tmp_path):
    """It is read each time; one that others can read, and an empty one, are refused."""
    file = tmp_path / "secret"
    file.write_text("open sesame\n")
    file.chmod(0o640)
    settings = OidcSettings(**GOOD, client_secret_file=file)
    with pytest.raises(OidcSettingsWrong, match="0640"):
        settings.checked()
    file.chmod(0o600)
    assert settings.client_secret() == "open sesame"
    file.write_text("another")
    assert settings.client_secret() == "another"
    file.write_text("\n")
    with pytest.raises(OidcSettingsWrong, match="nothing"):
        settings.client_secret()


@pytest.mark.parametrize("url", ["http://localhost:9000/", "http://127.0.0.1", "http://[::1]:80/x", "https://x"])
def test_loopback_needs_no_tls(url):
    """Nothing leaves the machine."""
    assert is_safe(url)
