"""Thousands of secrets get a new key while others read, write and rotate, by a process that is killed in its middle.

`make rewrap` has it done with ten thousand.
"""

import asyncio
import os
import random
import subprocess
import sys
from contextlib import asynccontextmanager

import pytest
from sqlalchemy import func, insert, select, update

from rotation.values import CertificateId, SiteId
from store.keys.key_encryption import LocalKey
from store.keys.key_file import read_keys
from store.keys.key_rotation import known_keys, retire
from store.keys.sealed import CERTIFICATE_KEY
from store.schema.tables import CertificateRow
from store.store import Store
from tests.store.rotating import rotate_once

SECRETS = int(os.environ.get("ROTATOR_TEST_SECRETS", "2000"))
SITE = SiteId("site-1")
TIMEOUT = 300
KILLED_AFTER = (1, SECRETS // 4000) if SECRETS > 4000 else (1,)
"""Thousands of values that have got the new key when the process is killed, for each of its lives but the last."""


def certificate(number):
    """The id of a certificate. Its key is that very text."""
    return CertificateId(f"cert-{number:05}")


async def fill(store, make):
    """A site, and certificates with a key each."""
    await store.sites.add(make.site(), make.connection("pass-0"), make.t0)
    rows = []
    for number in range(SECRETS):
        name, fingerprint = certificate(number), f"{number:064x}"
        rows.append(
            {
                "id": name,
                "fingerprint": fingerprint,
                "facts": make.facts(name, fingerprint),
                "certificate_pem": "",
                "chain_pem": "",
                "key_sealed": await store.vault.seal(CERTIFICATE_KEY, name, name.encode()),
                "added_at": make.t0,
            }
        )
    async with store.database.write() as session:
        await session.execute(insert(CertificateRow), rows)


class Service:
    """Those who use a store all the time, and what they have seen."""

    def __init__(self, store, make) -> None:
        self.store, self.make = store, make
        self.reads = self.writes = self.rotations = 0
        self._over = False

    async def _read(self, seed):
        drawn = random.Random(seed)
        while not self._over:
            name = certificate(drawn.randrange(SECRETS))
            key = (await self.store.certificates.material(name)).key_pem
            assert key is not None
            assert key.get_secret_value().startswith(name.encode())
            password = (await self.store.sites.connection(SITE)).password.get_secret_value()
            assert password.startswith("pass-")
            self.reads += 1

    async def _replace(self, seed):
        """Seals existing secrets again, as long as the process lives: the re-wrapping must not undo it."""
        drawn = random.Random(seed)
        while not self._over:
            name = certificate(drawn.randrange(SECRETS))
            new = await self.store.vault.seal(CERTIFICATE_KEY, name, f"{name} {self.writes}".encode())
            async with self.store.database.write() as session:
                await session.execute(update(CertificateRow).where(CertificateRow.id == name).values(key_sealed=new))
            stated = self.make.connection(f"pass-{self.writes}")
            await self.store.site_changes.state_access(SITE, stated, self.make.act())
            assert (await self.store.sites.connection(SITE)).password.get_secret_value() == f"pass-{self.writes}"
            key = (await self.store.certificates.material(name)).key_pem
            assert key is not None
            assert key.get_secret_value() == f"{name} {self.writes}".encode()
            self.writes += 1

    async def _add(self):
        """Registers sites and certificates that were not there."""
        number = SECRETS
        while not self._over:
            name = certificate(number)
            await self.store.certificates.add(
                self.make.facts(name, f"{number:064x}"), "", "", name.encode(), self.make.t0
            )
            number += 1
            await asyncio.sleep(0.01)  # a few hundred are enough

    async def _rotate(self):
        """Rotations of sites of their own; the one at hand when the others stop is played to its end."""
        while not self._over:
            await rotate_once(self.store, self.rotations)
            self.rotations += 1

    @asynccontextmanager
    async def at_work(self):
        """Everybody works until the block ends; the first that cannot read what was written fails it."""
        async with asyncio.TaskGroup() as group:
            for work in (*(self._read(seed) for seed in range(3)), self._replace(9), self._add(), self._rotate()):
                group.create_task(work)
            try:
                yield
            finally:
                self._over = True


async def values_of(store, key_id):
    """How many certificates have a key that this key seals."""
    start = func.substr(CertificateRow.key_sealed, 5, len(key_id))
    async with store.database.read() as session:
        return await session.scalar(select(func.count()).where(start == key_id.encode()))


def rotating(environment):
    """`rotator keys rotate` as a process."""
    command = (sys.executable, "-m", "cli.main", "keys", "rotate", "--folder", environment["ROTATOR_FOLDER"])
    return subprocess.Popen(command, env=environment, stdout=subprocess.PIPE, stderr=subprocess.PIPE, text=True)


def killed_after(thousands, environment):
    """What became of the process, which is killed with -9 at its word that so many thousand values have the new key.

    For a thread: the test's own loop is busy with those who read and write, and would kill too late.
    """
    with rotating(environment) as process:
        for line in process.stderr:
            if line.endswith(" values\n") and int(line.split()[0].replace(",", "")) >= 1000 * thousands:
                process.kill()
        return process.wait()


@pytest.mark.timeout(TIMEOUT + 30)
async def test_thousands_of_secrets_get_a_new_key_under_load(store, settings, process_environment, make):
    """Reads, writes and rotations succeed before, during and after; two kills with -9 leave something that goes on."""
    await fill(store, make)
    environment = process_environment(settings)
    (old,) = read_keys(settings.key_path)
    service, new = Service(store, make), ""
    async with asyncio.timeout(TIMEOUT), service.at_work():
        for thousands in KILLED_AFTER:
            assert await asyncio.to_thread(killed_after, thousands, environment) == -9
            new = LocalKey(read_keys(settings.key_path)[0]).id
            assert 1000 * thousands <= await values_of(store, new) < SECRETS
        reads, writes = service.reads, service.writes
        process = rotating(environment)
        out, err = await asyncio.to_thread(process.communicate)
        assert process.returncode == 0, err
        assert f"Went on with key {new}" in out
        assert service.reads > reads
        assert service.writes > writes
    assert service.rotations
    assert LocalKey(read_keys(settings.key_path)[0]).id == new
    held = await known_keys(store)
    assert [(key.id, key.seals) for key in held] == [(new, True), (LocalKey(old).id, False)]
    # a write that was under way when the last pass ended may still have the old key; there is no such write here
    assert [key.values for key in held][1] == 0
    assert held[0].values > SECRETS

    os.utime(settings.key_path, (0, 0))
    await retire(store)
    assert [LocalKey(key).id for key in read_keys(settings.key_path)] == [new]
    again = await Store.open(settings)
    for number in range(0, SECRETS, 97):
        key = (await again.certificates.material(certificate(number))).key_pem
        assert key is not None
        assert key.get_secret_value().startswith(certificate(number).encode())
    await again.close()
