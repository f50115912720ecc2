"""A person at the pages of a running service: signs in, finds the task that waits, claims it and reports it."""

from collections.abc import Awaitable, Callable
from contextlib import suppress
from dataclasses import dataclass
from typing import Any

from playwright.async_api import Error, Page

from tests.e2e.browsing import TIMEOUT
from tests.e2e.card_operator import CardOperator
from tests.e2e.card_reader import read_card
from tests.e2e.house import look_until

_FILE = """() => ({
  name: document.querySelector("a[download]").download,
  content_base64: document.querySelector("a[download]").href.split("base64,")[1],
  password: document.querySelector("dd code").textContent,
})"""


@dataclass
class Operated:
    """A browser of a person who works through the tasks of a rotation."""

    page: Page
    home: str
    """Where the pages are."""

    async def sign_in(self, key: str) -> None:
        """By key, at the front."""
        await self.page.goto(self.home + "/sign-in")
        await self.page.locator("#key").fill(key)
        await self.page.locator("main button").click()
        await self.page.wait_for_url(self.home + "/")

    async def go(self, path: str) -> None:
        """Open a page; one that loads itself meanwhile is opened again."""

        async def opened() -> bool:
            with suppress(Error):
                await self.page.goto(self.home + path)
                return True
            return False

        await look_until(opened, bool, f"{path} is open")

    async def waiting(self, rotation: str, decide: Callable[[], Awaitable[None]] | None = None) -> str | None:
        """The path of the task that home shows; None when the rotation has ended.

        Where none waits, `decide` answers what people are asked.
        """

        async def found() -> str:
            await self.go("/")
            tasks = await self.page.locator('main .cards a[href^="/tasks/"]').evaluate_all(
                "links => links.map(each => each.getAttribute('href'))"
            )
            if own := [each for each in tasks if each.startswith(f"/tasks/{rotation}.")]:
                return str(own[0])
            await self.go(f"/rotations/{rotation}")
            state = self.page.locator("#state")
            ended = await state.locator(".state:not(.running)").count()
            if not ended and decide is not None:
                await decide()
            return "" if ended else await state.inner_text()  # why it waits, should it do so for too long

        def comes(seen: str) -> bool:
            return not seen or seen.startswith("/tasks/")

        return await look_until(found, comes, "a task waits, or the rotation has ended") or None

    async def work(self, path: str, operator: CardOperator) -> tuple[str, ...]:
        """Claim the task, do what the card says, and report it until the page shows it as closed; the form's fields."""
        await self.claim(path)
        card = await read_card(self.page)
        if any(act.file for act in card.acts):
            operator.file = await self.take_file(path)
        await operator.follow(card.acts)

        async def reported() -> bool:
            await self.go(path)
            if not await self.page.locator('form[action$="/done"]').count():
                return True
            for name in card.fields:
                if name in operator.evidence and name not in operator.leaves:
                    await self.page.locator(f'[id="f-{name}"]').fill(operator.evidence[name])
            for place, (client, sylink) in enumerate(operator.looked):
                own: Any = {"name": "SyLink.xml", "mimeType": "text/xml", "buffer": sylink.encode()}
                await self.page.locator(f"#c-{place}").fill(client)
                await self.page.locator(f"#s-{place}").set_input_files(own)
            with suppress(Error):  # the page may load itself
                await self.page.locator('form[action$="/done"] > button').click()
            return False

        await look_until(reported, bool, f"{path} is closed")
        return card.fields

    async def take_file(self, path: str) -> dict[str, str]:
        """The file of a task, its name and its password, as the page shows them this once."""
        await self.go(path)
        await self.page.locator('form[action$="/file"] button').click()
        await self.page.wait_for_selector("a[download]")
        file: dict[str, str] = await self.page.evaluate(_FILE)
        return file

    async def claim(self, path: str) -> None:
        """Until the page shows that this person holds it; a claim may be refused while proof is read."""

        async def claimed() -> bool:
            await self.go(path)
            button = self.page.locator('main > form[action$="/claim"] button')
            if not await button.count():
                return True
            with suppress(Error):
                await button.click(timeout=TIMEOUT)
            return False

        await look_until(claimed, bool, f"{path} is claimed")
