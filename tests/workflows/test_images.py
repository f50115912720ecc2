"""Golden images keep what they fetch: they are refreshed once servers have published it."""

from simulation.run import play
from tests.proof.seeds import scenario


async def test_images_are_refreshed_when_servers_have_published_what_was_written():
    """The task opens after twice the time that the site allows for publishing, and the wait is told as any other."""
    facts = await play(scenario(100979))
    (written,) = [each.at for each in facts.journal if each.kind == "rest.secure_communications"][:1]
    opened = next(task.opened_at for task in facts.tasks if task.work.kind == "refresh_images")
    assert facts.body is not None
    assert opened - written >= 2 * facts.body.publish_delay
    assert facts.lost == ()
