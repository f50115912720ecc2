"""What a person reads of a page: its texts, and those of attributes that are shown or read aloud."""

from html.parser import HTMLParser
from typing import Any

_VOID = frozenset({"area", "br", "col", "embed", "hr", "img", "input", "link", "meta", "source", "track", "wbr"})
_SILENT = frozenset({"script", "style"})
_SHOWN = ("alt", "aria-label", "placeholder", "title")


class _Reader(HTMLParser):
    def __init__(self) -> None:
        super().__init__(convert_charrefs=True)
        self.texts: list[str] = []
        self._open: list[tuple[str, bool]] = []

    def handle_starttag(self, tag: str, attrs: list[tuple[str, str | None]]) -> None:
        named: dict[str, Any] = dict(attrs)
        if not self._kept(tag, named):
            self.texts += [named[name] for name in _SHOWN if named.get(name)]
        if tag not in _VOID:
            self._open.append((tag, self._kept(tag, named)))

    def handle_endtag(self, tag: str) -> None:
        while self._open and self._open.pop()[0] != tag:
            pass

    def handle_data(self, data: str) -> None:
        if data.strip() and not any(kept for _, kept in self._open):
            self.texts.append(" ".join(data.split()))

    def _kept(self, tag: str, named: dict[str, Any]) -> bool:
        """Codes, commands and values to copy; labels of an English console; the names of languages."""
        is_quoted = tag in {"span", "button"} and "lang" in named
        return tag in _SILENT or tag in {"code", "pre"} or is_quoted


def visible_texts(page: str) -> list[str]:
    """Each piece of text, but for what is to be copied as it is."""
    reader = _Reader()
    reader.feed(page)
    return reader.texts
