"""The units of systemd for API and worker apart: two users, each with its own files."""

from pathlib import Path

from api.serving.command import asked

DEPLOY = Path(__file__).parent.parent.parent / "deploy"


def lines(name: str, *, of: str = "") -> list[str]:
    """The settings of a unit; of one of them, its values."""
    found = [line for line in (DEPLOY / name).read_text("utf-8").splitlines() if "=" in line and line[0] != "#"]
    return [line.removeprefix(of) for line in found if line.startswith(of)]


def test_only_the_worker_gets_the_key_that_opens() -> None:
    """Two users that systemd makes; the API has the public half, and what both need is named once for each."""
    shared = ["rotator.key:/etc/rotator/rotator.key", "signing.key:/etc/rotator/signing.key"]
    worker, api = (lines(f"rotator-{name}.service") for name in ("worker", "api"))
    assert lines("rotator-worker.service", of="LoadCredential=") == [*shared, "worker.key:/etc/rotator/worker.key"]
    assert lines("rotator-api.service", of="LoadCredential=") == [*shared, "worker.pub:/etc/rotator/worker.pub"]
    assert not [line for line in api if "worker.key" in line or "WORKER_KEY" in line]
    (command,) = lines("rotator-api.service", of="ExecStart=/opt/rotator/bin/python -P -m api ")
    assert (asked(command.split()).host, asked(command.split()).port) == ("127.0.0.1", 8080)
    assert "ExecStart=/opt/rotator/bin/python -P -m worker" in worker
    assert "DynamicUser=yes" in worker
    assert "DynamicUser=yes" in api
    assert not [line for line in worker + api if line.startswith(("User=", "Group="))]


def test_they_give_up_what_the_one_process_gives_up() -> None:
    """Every bound and every right that `rotator.service` is without, each is without, in a folder of its own."""
    first = lines("rotator.service").index("Restart=on-failure")
    bounds = [line for line in lines("rotator.service")[first:] if "/rotator" not in line and "=rotator" not in line]
    assert len(bounds) > 20
    for name in ("worker", "api"):
        own = lines(f"rotator-{name}.service")
        assert set(bounds) <= set(own)
        assert f"StateDirectory=rotator-{name}" in own
        assert f"Environment=ROTATOR_FOLDER=/var/lib/rotator-{name}" in own
