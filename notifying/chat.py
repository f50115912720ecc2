"""A message as chat systems read it.

Sources: "Create incoming webhooks with Workflows for Microsoft Teams" (a message with an adaptive card); Slack's
"Sending messages using incoming webhooks" (`text`, with `&`, `<` and `>` escaped), which Mattermost, Rocket.Chat and
Google Chat take, too.
"""

import json

from notifying.document import NoticeMessage
from rotation.notice.channel import WebhookForm

_LONGEST = 12_000
"""Characters: less than Teams and Slack take; a digest that is longer ends with its link."""
_ESCAPED = str.maketrans({"&": "&amp;", "<": "&lt;", ">": "&gt;"})
_MARKUP = str.maketrans({each: f"\\{each}" for each in "\\`*_[]#|~"})


def chat_body(message: NoticeMessage, form: WebhookForm) -> bytes:
    """What is posted. Names of others in it are no markup, no link and no mention."""
    text = message.text if len(message.text) <= _LONGEST else f"{message.text[:_LONGEST]}…\n{message.link}"
    body = _card(message, text) if form is WebhookForm.TEAMS else {"text": _plain(message.title, text)}
    return json.dumps(body, ensure_ascii=False).encode()


def _plain(title: str, text: str) -> str:
    return f"{title}\n{text}".translate(_ESCAPED)


def _card(message: NoticeMessage, text: str) -> dict[str, object]:
    lines = [{"type": "TextBlock", "text": line.translate(_MARKUP), "wrap": True} for line in text.splitlines() if line]
    title = {"type": "TextBlock", "text": message.title.translate(_MARKUP), "weight": "Bolder", "wrap": True}
    content = {
        "$schema": "http://adaptivecards.io/schemas/adaptive-card.json",
        "type": "AdaptiveCard",
        "version": "1.4",
        "body": [title, *lines],
        "actions": [{"type": "Action.OpenUrl", "title": "SEPM certificate rotator", "url": message.link}],
    }
    card = {"contentType": "application/vnd.microsoft.card.adaptive", "content": content}
    return {"type": "message", "attachments": [card]}
