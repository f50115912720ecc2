"""How to reach Temporal, from the environment."""

from temporalio.service import TLSConfig

from engine.settings import TemporalSettings


def test_credentials_ask_for_encryption(tmp_path) -> None:
    """An API key or a certificate never goes over plain text, and a key is never shown."""
    assert TemporalSettings().tls_config() is False
    assert TemporalSettings(tls=True).tls_config() is True
    cloud = TemporalSettings.model_validate({"api_key": "hidden"})
    assert cloud.tls_config() is True
    assert "hidden" not in repr(cloud)
    assert cloud.secret() == "hidden"
    (tmp_path / "ca.pem").write_bytes(b"authority")
    found = TemporalSettings(tls_ca=tmp_path / "ca.pem").tls_config()
    assert isinstance(found, TLSConfig)
    assert found.server_root_ca_cert == b"authority"


def test_the_environment_tells(monkeypatch) -> None:
    """Each setting has a variable of our prefix."""
    monkeypatch.setenv("ROTATOR_TEMPORAL_ADDRESS", "temporal.example:7233")
    monkeypatch.setenv("ROTATOR_TEMPORAL_NAMESPACE", "certs")
    settings = TemporalSettings()
    assert (settings.address, settings.namespace, settings.task_queue) == ("temporal.example:7233", "certs", "rotator")
