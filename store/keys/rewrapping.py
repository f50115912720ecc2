"""Every sealed value under the key that seals now, a few at a time, while others read and write them."""

import asyncio
import time
from collections.abc import Callable

from sqlalchemy import bindparam, update

from rotation.values import Value
from store.database.database import Database
from store.keys.envelope import key_id_of
from store.keys.key_encryption import SealBroken
from store.keys.sealed import SEALED, SealedColumn, SealedValue, sealed_values
from store.keys.vault import Vault

_AT_ONCE = 100
Report = Callable[[int], None]
"""Takes how many values have got the key so far."""


class Rewrapped(Value):
    """What was done."""

    values: int
    """How many values have got another key."""
    broken: tuple[str, ...]
    """Values that do not open, each as `column of row`. They are left as they are."""


async def rewrap_all(database: Database, vault: Vault, report: Report) -> Rewrapped:
    """Put every value under the key that seals now.

    1. Go through each column in the order of its rows. A value that another key seals gets its new wrapping outside of
       any transaction.
    2. Write those of one part in one short transaction, each only where the old bytes are still there: what another
       writer put there meanwhile stays.
    3. Begin again until one whole pass finds nothing to do. The next pass finds what was written with the old key.

    It may be killed at any point: each value is under its old key or under the new one, and the next call goes on.

    Raises:
        VaultKeyWrong: when a key is not there that sealed one of them.
        NotOpenedHere: when a former key of the worker sealed one of them, and this is another process.
        KeyServerDown, KeyServerRefused: when a key server stops doing it; what was done stays.
    """
    done, broken = 0, set[str]()
    while True:
        of_pass = 0
        for column in SEALED:
            async for part in sealed_values(database, column, _AT_ONCE):
                began = time.monotonic()
                changed = await _changed(vault, part, broken)
                if changed:
                    of_pass += await _write(database, column, changed)
                    report(done + of_pass)
                    # as long as it took: others get their turn at a database that has one writer
                    await asyncio.sleep(time.monotonic() - began)
        done += of_pass
        if not of_pass:
            return Rewrapped(values=done, broken=tuple(sorted(broken)))


async def _changed(vault: Vault, part: list[SealedValue], broken: set[str]) -> list[tuple[SealedValue, bytes]]:
    changed, newest = [], await vault.keys.sealing_for(part[0].of.purpose).newest()
    for each in part:
        if key_id_of(each.value) == newest or (name := f"{each.of} of {each.row}") in broken:
            continue
        try:
            changed.append((each, await vault.rewrap(each.of.purpose, each.subject, each.value)))
        except SealBroken:
            broken.add(name)
    return changed


async def _write(database: Database, of: SealedColumn, changed: list[tuple[SealedValue, bytes]]) -> int:
    """How many of them still had their old bytes, and have the new ones now."""
    same = (of.id == bindparam("the_row"), of.column == bindparam("the_old"))
    swap = update(of.table).where(*same).values({of.name: bindparam("the_new")})
    async with database.write_rows() as connection:
        written = await connection.execute(
            swap, [{"the_row": each.row, "the_old": each.value, "the_new": new} for each, new in changed]
        )
        return written.rowcount
