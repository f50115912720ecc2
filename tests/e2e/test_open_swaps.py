"""The watch over open replacements: its next look finds what an administrator changes while one is claimed."""

import pytest


@pytest.fixture(scope="module")
async def watched_house(open_house):
    """A `rotator up` whose watch looks each second."""
    async with open_house(ROTATOR_WATCH_OPEN_SWAPS_EVERY="PT1S") as opened:
        yield opened


async def test_an_edited_list_lapses_the_proof_and_a_new_certificate_closes_the_task(watched_house, open_site) -> None:
    """The holder is warned not to replace it; when the list is right again, a replacement is seen without a report."""
    async with open_site(watched_house) as site:
        rotation = await site.start()
        await site.work(rotation, "save_recovery_file")
        await site.work(rotation, "stop_hand_outs")
        await site.work(rotation, "copy_list")
        swap = await site.task(rotation, "replace_certificate")
        await site.claim(swap)
        copy = next(each for each in await site.truth("lists") if not each["is_default"])
        # one save, after which it is as it was: a look between two of them would ask about each
        await site.console("edit_list", name=copy["name"], protocol="HTTP")

        def warned(shown) -> bool:
            return {"proof-lapsed", "drift"} <= {each["code"] for each in shown["attention"]}

        shown = await site.shown_when(rotation, warned, "its holder is told")
        assert any(copy["name"] in each["message"] for each in shown["attention"])
        drift = next(each for each in shown["live"]["attention"] if each["code"] == "drift")
        answer = {"why": "looked at it", "question": drift["question"]}
        await watched_house.post(f"/v1/rotations/{rotation}/retry", answer, 200)
        await site.shown_when(rotation, lambda shown: not shown["attention"], "the proof is back")
        await site.act(swap)
        await site.shown_when(rotation, lambda shown: shown["step_number"] == "A10b", "the new certificate is seen")
        assert await site.lost_ever() == []
