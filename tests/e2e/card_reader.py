"""What a person reads on the card of a console task: the page's own texts, taken from its elements and nowhere else."""

from dataclasses import dataclass

from playwright.async_api import Page

_CARD = """() => {
  const text = (element) => element.textContent.replace(/\\s+/g, " ").trim();
  const every = (within, what) => [...within.querySelectorAll(what)];
  return {
    acts: every(document, "ol.acts > li").map((act) => ({
      path: every(act, "p.path > b").map(text),
      does: text(act.querySelector("p:not(.path)")),
      rows: every(act, "dl.copied").map((row) =>
        every(row, "dt").map((label) => [text(label), text(label.nextElementSibling)])),
      command: every(act, "pre").map(text).join(""),
      file: act.querySelector('form[action$="/file"]') !== null,
    })),
    fields: every(document, 'form[action$="/done"] [name]').map((field) => field.name),
  };
}"""


@dataclass(frozen=True)
class ReadAct:
    """An act as the page shows it."""

    path: tuple[str, ...]
    does: str
    rows: tuple[dict[str, str], ...]
    command: str
    file: bool
    """Whether the button for the task's file is there."""


@dataclass(frozen=True)
class ReadCard:
    """A card as the page shows it."""

    acts: tuple[ReadAct, ...]
    fields: tuple[str, ...]
    """Of the form that reports the task as done."""


async def read_card(page: Page) -> ReadCard:
    """The card that the page shows now."""
    shown = await page.evaluate(_CARD)
    acts = tuple(
        ReadAct(tuple(each["path"]), each["does"], tuple(map(dict, each["rows"])), each["command"], bool(each["file"]))
        for each in shown["acts"]
    )
    return ReadCard(acts, tuple(shown["fields"]))
