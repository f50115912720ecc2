"""Both databases are lost in the middle of a rotation: the file off the box brings the site back."""

from tests.e2e.house import House
from tests.e2e.test_restore import rotator

DATABASES = ("rotator.db", "temporal.db")


def lose_databases(house) -> None:
    """Delete both databases of a service that was stopped."""
    lost = [path for name in DATABASES for path in house.folder.glob(f"{name}*")]
    assert {path.name for path in lost} >= set(DATABASES)
    for path in lost:
        path.unlink()


async def test_a_site_comes_back_from_the_file_when_both_databases_are_lost(open_house, open_site, tmp_path) -> None:
    """Lost in A8 with groups relaxed: registered again by hand, the site gets everything back, copy and all."""
    file, renewed = tmp_path / "originals.json", None
    async with open_house() as house:
        try:
            async with open_site(house) as site:
                before = await site.settings()
                rotation = await site.start(relax_floor="PT10M")
                await site.work(rotation, "save_recovery_file")
                text = await rotator(house, "originals", rotation, "--out", str(file))
                assert f"rotator restore {site.id} --originals originals.json" in text
                await site.work(rotation, "stop_hand_outs")
                await site.work(rotation, "copy_list")
                await site.in_gate(rotation)
                assert await site.settings() != before

                await house.program.stop()
                lose_databases(house)
                site.house = renewed = await House.open(house.folder.parent)
                await site.register()
                assert (await renewed.get("/v1/rotations"))["items"] == []
                text = await rotator(renewed, "restore", site.id, "--originals", str(file), "--why", "the disk is gone")
                restoring = next(word for word in text.split() if word.startswith("rot-"))
                await site.work(restoring, "delete_list")
                await site.work(restoring, "start_hand_outs")
                ended = await site.ended(restoring)

                assert (ended["purpose"], ended["status"]) == ("restore", "completed")
                assert (await renewed.get(f"/v1/rotations/{rotation}"))["status"] == "restored"
                assert await site.settings() == before
                assert await site.lost_ever() == []
                again = await site.start()
                await site.task(again, "save_recovery_file")
        finally:
            if renewed is not None:
                await renewed.close()
