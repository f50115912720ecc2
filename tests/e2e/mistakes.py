"""Mistakes that people make at the page, each with the answer that they get."""

from collections.abc import Awaitable, Callable
from dataclasses import dataclass, field
from typing import Any

from playwright.async_api import Page

from tests.e2e.emulated import Site
from tests.e2e.house import look_until
from tests.e2e.operated import Operated

_READ = """() => ({
  answer: [...document.querySelectorAll("main .trouble, main h1")].map(each => each.textContent.trim()).join(": "),
  remedy: [...document.querySelectorAll("main p, main button")].map(each => each.textContent.trim()).join(" "),
  code: document.querySelector("main .hint code")?.textContent ?? "",
})"""
_BUSY = "rotation-busy"
"""The rotation has not received the report, as the answer says; on a busy machine one look can take that long."""


@dataclass
class Mistakes:
    """What was done wrong so far, with what the page answered."""

    site: Site
    made: dict[str, str] = field(default_factory=dict)
    wrong: list[str] = field(default_factory=list)
    """Answers that are not as they should be."""

    async def refused(
        self, name: str, says: str | tuple[str, ...], task: dict[str, Any], act: Callable[[], Awaitable[Page]]
    ) -> None:
        """Make a mistake about a task: the answer names it, and the task and all servers are as they were."""
        before, servers = await self._task(task), await self.certificates()
        named = (says,) if isinstance(says, str) else says

        async def answered() -> dict[str, str] | None:
            page = await act()
            read = None if "pending=" in page.url else await page.evaluate(_READ)
            return None if read is not None and read["code"] == _BUSY and not names(read) else read

        def names(read: dict[str, str]) -> bool:
            return any(each.lower() in f"{read['answer']} {read['code']}".lower() for each in named)

        shown = await look_until(answered, bool, f"{name} is answered")
        self.made[name] = shown["answer"]
        if not names(shown) or not shown["remedy"]:
            self.wrong.append(f"{name}: {shown['answer']} ({shown['code']})")
        after = await self._task(task)
        if (before["state"], before["claimed_by"]) != (after["state"], after["claimed_by"]):
            self.wrong.append(f"{name}: the task is {after['state']} by {after['claimed_by']}")
        if servers != await self.certificates():
            self.wrong.append(f"{name}: a server has another certificate")

    async def _task(self, task: dict[str, Any]) -> dict[str, Any]:
        return dict(await self.site.house.get(f"/v1/tasks/{task['id']}"))

    async def certificates(self) -> dict[str, str]:
        """By server, as they really are."""
        return {each["name"]: each["fingerprint_sha256"] for each in await self.site.truth("servers")}


def sending(person: Operated, task: dict[str, Any], form: str, **fields: str) -> Callable[[], Awaitable[Page]]:
    """Opens the card and sends a form of it as filled in, whatever the browser would ask for first."""

    async def act() -> Page:
        await person.go(f"/tasks/{task['id']}")
        return await sent(person.page, form, **fields)

    return act


def stale(page: Page, form: str, **fields: str) -> Callable[[], Awaitable[Page]]:
    """Sends a form of a card that was opened before."""
    return lambda: sent(page, form, **fields)


async def sent(page: Page, form: str, **fields: str) -> Page:
    """Fill in a form and send it; a form that the page does not have is made, as by a page of an hour ago."""
    async with page.expect_navigation():
        await page.evaluate(
            """([form, fields]) => {
              const shown = document.querySelector(`form[action$="/${form}"]`);
              const sends = shown ?? Object.assign(document.createElement("form"), {method: "post"});
              if (!shown) {
                sends.action = location.pathname.replace(/(\\/tasks\\/[^/]+).*/, "$1") + "/" + form;
                document.querySelector("main").append(sends);
              }
              sends.noValidate = true;
              for (const [name, value] of Object.entries(fields)) {
                const old = sends.querySelector(`[name="${name}"]`);
                const field = old && old.type !== "file" ? old : document.createElement("input");
                if (old && old !== field) old.remove();
                if (field !== old) { field.name = name; sends.append(field); }
                field.value = value;
              }
              sends.submit();
            }""",
            [form, fields],
        )
    return page
