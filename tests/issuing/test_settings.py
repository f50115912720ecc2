"""Settings of the authority: what is incomplete is refused when the service starts, by the name of the setting."""

import pytest
from pydantic import SecretStr

from issuing.configured import configured_issuer
from issuing.errors import IssuerSettingsWrong
from issuing.settings import AcmeSettings, DnsSettings

WHERE = "https://ca.example.test/acme/directory"
EAB = SecretStr("c2VjcmV0LW9mLW91cnM")
TSIG = SecretStr("c2VjcmV0LW9mLW91cnM=")


def test_without_a_directory_there_is_no_authority():
    """Nothing else is looked at."""
    assert configured_issuer(AcmeSettings()) is None
    assert AcmeSettings().where() is None


@pytest.mark.parametrize(
    ("wrong", "named"),
    [
        ({"directory": "http://ca.example.test/directory"}, "ROTATOR_ACME_DIRECTORY"),
        ({"directory": "ca.example.test"}, "ROTATOR_ACME_DIRECTORY"),
        ({"directory": "https://me:secret@ca.example.test/"}, "ROTATOR_ACME_DIRECTORY"),
        ({"eab_kid": "kid"}, "ROTATOR_ACME_EAB_KEY"),
        ({"eab_key": EAB}, "ROTATOR_ACME_EAB_KID"),
        ({"eab_kid": "kid", "eab_key": SecretStr("no base64 \x00")}, "ROTATOR_ACME_EAB_KEY"),
        ({"dns": DnsSettings(server="ns.example.test")}, "ROTATOR_ACME_DNS_SERVER"),
        ({"dns": DnsSettings(server="192.0.2.53", tsig_key=TSIG)}, "ROTATOR_ACME_DNS_TSIG_NAME"),
        ({"dns": DnsSettings(server="192.0.2.53", tsig_name="ours")}, "ROTATOR_ACME_DNS_TSIG_KEY"),
        ({"dns": DnsSettings(server="192.0.2.53", tsig_name="ours", tsig_key=SecretStr("?"))}, "DNS_TSIG_KEY"),
    ],
)
def test_what_cannot_be_used_is_named(wrong, named):
    """By its name in the environment, and without a secret."""
    with pytest.raises(IssuerSettingsWrong, match=named) as refused:
        configured_issuer(AcmeSettings(**{"directory": WHERE, **wrong}))
    assert "secret" not in str(refused.value)


def test_files_that_cannot_be_read_are_named(tmp_path):
    """The authorities' certificates and the secrets, each read when it is needed."""
    empty = tmp_path / "empty"
    empty.write_text("\n")
    for file in (empty, tmp_path / "none"):
        for wrong in ({"ca": file}, {"eab_kid": "kid", "eab_key_file": file}):
            with pytest.raises(IssuerSettingsWrong, match=file.name):
                configured_issuer(AcmeSettings(**{"directory": WHERE, **wrong}))


def test_secrets_come_from_files_too(tmp_path, monkeypatch):
    """Without the end of their line; no repr shows one."""
    file = tmp_path / "key"
    file.touch(0o600)
    file.write_text(f"{TSIG.get_secret_value()}\n")
    monkeypatch.setenv("ROTATOR_ACME_DIRECTORY", WHERE)
    monkeypatch.setenv("ROTATOR_ACME_EAB_KID", "kid")
    monkeypatch.setenv("ROTATOR_ACME_EAB_KEY", EAB.get_secret_value())
    monkeypatch.setenv("ROTATOR_ACME_DNS_SERVER", "[2001:db8::53]:5353")
    monkeypatch.setenv("ROTATOR_ACME_DNS_TSIG_NAME", "ours")
    monkeypatch.setenv("ROTATOR_ACME_DNS_TSIG_KEY_FILE", str(file))
    settings = AcmeSettings()
    issuer = configured_issuer(settings)
    assert issuer is not None
    assert issuer.where == WHERE
    assert settings.dns.address == ("2001:db8::53", 5353)
    assert settings.dns.key().secret == b"secret-of-ours"
    assert settings.binding() == ("kid", EAB.get_secret_value())
    assert EAB.get_secret_value() not in repr(settings)
