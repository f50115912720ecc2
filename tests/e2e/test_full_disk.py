"""A full disk of Temporal's database is reported; tests/api/standing/test_standing.py fills that of the store."""

import os
import shutil
import subprocess
from contextlib import suppress
from http import HTTPStatus
from itertools import cycle
from pathlib import Path

import pytest

from tests.e2e.house import House, look_until
from tests.e2e.test_standing import WITHIN

_SIZE = "24m"
_MOVES = 400
"""More than the room that SQLite keeps in its own files can take."""
_NAMESPACE = ("unshare", "--mount") if os.geteuid() == 0 else ("unshare", "--map-root-user", "--mount")
_CHUNK = b"x" * 65536


@pytest.fixture
def small_disk(tmp_path) -> tuple[Path, tuple[str, ...]]:
    """A folder, and the command that starts a program which alone sees a small disk there."""
    folder = tmp_path / "disk"
    folder.mkdir()
    mount = f'mount -t tmpfs -o size={_SIZE} none "{folder}" && exec "$@"'
    command = (*_NAMESPACE, "sh", "-c", mount, "sh")
    if not shutil.which("unshare") or subprocess.run([*command, "true"], check=False, capture_output=True).returncode:
        pytest.skip("this machine lets its user mount no disk")
    return folder, command


@pytest.fixture
async def crowded(tmp_path, small_disk):
    """A `rotator up` whose Temporal has a small disk of its own, and where others find that disk."""
    disk, before = small_disk
    folder = tmp_path / "var"
    folder.mkdir(mode=0o700)
    (folder / "temporal.db").symlink_to(disk / "temporal.db")
    house = await House.open(tmp_path, before)
    try:
        yield house, Path(f"/proc/{house.program.process.pid}/root{disk}")
    finally:
        await house.close()


async def test_a_full_disk_of_temporal_is_shown_and_survived(crowded, open_site) -> None:
    """The rotation is stalled and the service not ready within a minute of it; with room again, both go on."""
    house, disk = crowded
    async with open_site(house) as site:
        rotation = await site.start()
        await site.shown_when(rotation, lambda shown: shown["live"] and shown["live"]["task"], "it waits for a person")
        with (disk / "filler").open("wb", buffering=0) as filler, suppress(OSError):
            while True:
                filler.write(_CHUNK)

        async def status(method, path, **options):
            return (await house.http.request(method, house.apis[0] + path, **options)).status_code

        async def move(name):
            why = {"why": "w" * 1900}
            return await status("POST", f"/v1/rotations/{rotation}/{name}", json=why)

        moves = cycle(("hold", "resume"))
        for _ in range(_MOVES):
            if await move(next(moves)) == HTTPStatus.SERVICE_UNAVAILABLE:
                break
        else:
            pytest.fail("the disk is not full")

        async def shown():
            await move(next(moves))  # a Temporal that gets no message may answer for long from its memory
            return await house.get(f"/v1/rotations/{rotation}")

        stalled = await look_until(shown, lambda shown: shown["standing"] == "stalled", "it is stalled", WITHIN)
        # what Temporal still has in memory decides whether it refuses the look, or leaves the worker without work
        assert (stalled["status"], stalled["trouble"]["code"] in {"temporal-fails", "no-worker"}) == ("running", True)
        assert "make room on the disk of Temporal's database" in stalled["trouble"]["remedy"]
        assert await status("GET", "/healthz/ready") == HTTPStatus.SERVICE_UNAVAILABLE

        (disk / "filler").unlink()
        await look_until(shown, lambda shown: shown["standing"] == "sound", "it is sound again", WITHIN)

        async def taken():
            return await move(next(moves))

        await look_until(taken, lambda taken: taken == HTTPStatus.OK, "it hears again", WITHIN)
        await look_until(lambda: status("GET", "/healthz/ready"), lambda ready: ready == HTTPStatus.OK, "it is ready")
