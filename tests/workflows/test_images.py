"""Golden images keep what they fetch: they are refreshed once servers have published it."""

from simulation.played.run import play
from tests.proof.seeds import scenario


async def test_images_are_refreshed_when_servers_have_published_what_was_written():
    """The task opens after twice the time that the site allows for publishing, and the wait is shown as any other."""
    facts = await play(scenario(100979))
    (written,) = [each.at for each in facts.journal if each.kind == "rest.secure_communications"][:1]
    opened = next(task.opened_at for task in facts.tasks if task.work.kind == "refresh_images")
    assert facts.body is not None
    assert opened - written >= 2 * facts.body.publish_delay
    assert facts.lost == ()


async def test_clients_verify_after_machines_of_the_former_image_have_reported():
    """A machine may have started just before its image was refreshed: two of its contacts pass before it verifies."""
    facts = await play(scenario(105024))
    assert facts.body is not None
    heartbeat = max(owner.slowest_heartbeat + owner.jitter for owner in facts.body.scopes)
    closed = [task.closed_at for task in facts.tasks if task.work.kind == "refresh_images" and task.closed_at]
    refreshed = max(at for at in closed if at < _verifies(facts))
    assert _verifies(facts) >= refreshed + 2 * heartbeat
    assert facts.lost == ()


def _verifies(facts):
    """When clients are first made to verify the new certificate."""
    return next(e.at for e in facts.journal if e.kind.endswith("secure_communications") and e.subject[-1] == "true")
