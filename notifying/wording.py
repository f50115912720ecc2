"""A message in words: site, step, what is asked, by when, and a link, in English or Czech."""

from collections.abc import Sequence

from notifying.document import NoticeMessage, WrittenNotice
from notifying.links import call_of, link_of
from notifying.titles import asked, title
from rotation.notice.channel import MessageLanguage
from rotation.notice.notice import Notice
from rotation.text.plain_text import visible
from texts.catalogue import Translator, translator
from texts.formats import instant
from texts.language import Language
from texts.recognised import translated
from texts.writing import written

_LONGEST_TITLE, _LONGEST_TEXT = 200, 2000


def message_of(message_id: str, notices: Sequence[Notice], language: MessageLanguage, service: str) -> NoticeMessage:
    """The message of one notice, or the digest of several, which has the title of each."""
    say = translator(Language(language.value))
    parts = tuple(_written(notice, say, service) for notice in notices)
    first = parts[0]
    if len(parts) == 1:
        whole, text, link = first.title, first.text, first.link
    else:
        whole = say.counted("%(count)s message of the rotator", "%(count)s messages of the rotator", len(parts))
        text = "\n\n".join(f"* {each.title}\n\n{each.text}" for each in parts)
        link = f"{service.rstrip('/')}/"
    at = min(notice.at for notice in notices)
    return NoticeMessage(id=message_id, title=whole, text=text, link=link, at=at, notices=parts)


def _written(notice: Notice, say: Translator, service: str) -> WrittenNotice:
    link = link_of(notice, service)
    waits = "" if notice.waits is None else written(notice.waits, say)
    rows = (
        (say("Site"), notice.site_name),
        (say("Step"), translated(notice.step, say)),
        (say("About"), translated(notice.subject, say)),
        (say("How it stands"), waits),
        (say("What is asked"), asked(notice, say)),
        (say("By when"), "" if notice.by_when is None else instant(notice.by_when, say)),
        (say("Details"), translated(notice.text, say)),
        (say("Clients"), _figures(notice, say)),
        (say("Link"), link),
    )
    lines = [f"{name}: {_line(value, _LONGEST_TEXT)}" for name, value in rows if value]
    return WrittenNotice(
        id=notice.id,
        title=_line(title(notice, say), _LONGEST_TITLE),
        text="\n".join(lines),
        link=link,
        call=call_of(notice, service),
        waiting_for=waits,
        notice=notice,
    )


def _figures(notice: Notice, say: Translator) -> str:
    figures = notice.figures
    if figures is None:
        return ""
    text = say("%(covered)s of %(total)s are covered", covered=figures.covered, total=figures.total)
    if not figures.waiting:
        return text
    waits = say.counted("%(count)s client is waited for", "%(count)s clients are waited for", figures.waiting)
    return f"{text}; {waits}{': ' * bool(figures.names)}{', '.join(figures.names)}"


def _line(text: str, longest: int) -> str:
    """One line that only says something: names of others break no line of a mail, and steer no terminal."""
    line = visible(" ".join(text.split()))
    return line if len(line) <= longest else f"{line[: longest - 1]}…"
