"""API and worker as two real users of the system: what only the worker needs, the API's user cannot read.

Only root can start processes of others; without it this file is not collected (tests/e2e/conftest.py).
"""

from pathlib import Path

import pytest

from tests.e2e.apart import API, Part
from tests.e2e.two_users import of, two_users
from tests.store.postgresql import postgresql

READ = "import sys; sys.stdout.buffer.write(open(sys.argv[1], 'rb').read())"
LIST = "import os, sys; print(os.listdir(sys.argv[1]))"
OF_PROCESS = ("environ", "mem", "maps", "fd", "cwd", "root/etc/hostname")


def user_of(part):
    """The number of the user whose process it is."""
    return Path(f"/proc/{part.process.pid}").stat().st_uid


@pytest.fixture
async def users():
    """A worker and an API on a PostgreSQL that was empty, each as a user."""
    with postgresql() as server, server.empty_database() as url:
        async with two_users(url) as opened:
            yield opened


async def test_two_users_serve_and_the_api_reads_nothing_of_the_worker(users, open_site):
    """The API seals the password, the worker logs on with it; the API's user sees neither its files nor its memory.

    With the worker's own settings, an API of the other user does not start.
    """
    api, worker = users.api, users.worker
    (serving,), (answering,) = users.apart.workers, users.apart.servers
    assert [user_of(part) for part in (serving, answering)] == [worker.number, api.number]
    async with open_site(users.apart) as site:
        assert (await site.plan())["hash"], "the worker has logged on"

    for mine, other in ((api, worker), (worker, api)):
        assert mine.does(READ, mine.folder / "rotator.key").stdout, "the user reads what is his"
        refused = [mine.does(LIST, other.folder)]
        refused += [mine.does(READ, path) for path in other.folder.iterdir()]
        assert len(refused) > 3
        assert {(each.stdout, "PermissionError" in each.stderr) for each in refused} == {("", True)}
    environ = f"/proc/{serving.process.pid}/environ"
    assert "worker.key" in worker.does(READ, environ).stdout, "its own user sees into the process"
    peeks = [api.does(LIST if each == "fd" else READ, f"/proc/{serving.process.pid}/{each}") for each in OF_PROCESS]
    assert {(each.stdout, "PermissionError" in each.stderr) for each in peeks} == {("", True)}

    stolen = {"ROTATOR_WORKER_KEY_FILE": str(worker.folder / "worker.key")}
    log = serving.log.with_name("stolen.log")
    arguments = (*API, "--port", "0")
    async with Part.of_user(api.starts, log, *arguments, **users.environment, **of(api), **stolen) as thief:
        assert await thief.process.wait() != 0
    assert "Permission" in log.read_text() or "worker.key" in log.read_text()
