"""Messages to chat systems: each in the form that its system reads, signed and checked like all others."""

import json

import pytest

from notifying.chat import chat_body
from rotation.notice.channel import WebhookForm, WebhookTarget

STEERS = "<!channel> [a](https://evil.test) & *b*"


def posted(hook):
    """What was posted last, as JSON."""
    return json.loads(hook.server.asked[-1].body)


async def test_slack_gets_a_text(hook, sinks, message):
    """Title and text, the link among its lines; a name mentions no person and is no link of Slack's."""
    target = WebhookTarget(url=hook.url, form=WebhookForm.SLACK)
    await sinks.of(target, hook.secret).send(message(text=STEERS))
    assert len(hook.taken) == 1, "it is signed, too"
    body = posted(hook)
    assert list(body) == ["text"]
    assert body["text"].splitlines()[0] == "Vienna: a person is needed: sepm1"
    assert "Link: https://rotator.test/rotations/rot-1" in body["text"]
    assert "Details: &lt;!channel&gt; [a](https://evil.test) &amp; *b*" in body["text"]


async def test_teams_gets_a_card(hook, sinks, message):
    """One message with one adaptive card, which opens the link; a name in it is no markup."""
    target = WebhookTarget(url=hook.url, form=WebhookForm.TEAMS)
    await sinks.of(target, hook.secret).send(message(text=STEERS))
    (card,) = posted(hook)["attachments"]
    assert card["contentType"] == "application/vnd.microsoft.card.adaptive"
    content = card["content"]
    assert [action["url"] for action in content["actions"]] == ["https://rotator.test/rotations/rot-1"]
    texts = [block["text"] for block in content["body"]]
    assert texts[0] == "Vienna: a person is needed: sepm1"
    assert r"Details: <!channel> \[a\](https://evil.test) & \*b\*" in texts


@pytest.mark.parametrize("form", [WebhookForm.SLACK, WebhookForm.TEAMS])
def test_a_long_digest_is_cut_and_keeps_its_link(message, form):
    """Chat systems refuse what is too long."""
    long = message().model_copy(update={"text": "x" * 50_000})
    body = chat_body(long, form).decode()
    assert len(body) < 13_000
    assert "https://rotator.test/rotations/rot-1" in body
