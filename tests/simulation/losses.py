"""Effects and losses that a test makes up."""

from emulator.clients.verdict import LostClient
from emulator.state.effects import Actor, EffectView


def effect(facts, kind, *subject, actor=Actor.PRODUCT, at=None):
    """One more effect on the site, at the end unless `at` is given."""
    return EffectView(number=len(facts.journal), at=at or facts.ended, kind=kind, subject=subject, actor=actor)


def lost(facts, after, **changes):
    """A client that was cut off by an effect."""
    return LostClient(
        **{
            "id": "client",
            "name": "PC-1",
            "group": "My Company",
            "build": "14.3",
            "since": facts.ended,
            "why": "it does not verify",
            "first_failed": facts.ended,
            "first_why": "it does not verify",
            "server": "SEPM-1",
            "after": after,
            "others_did": not after.actor.asked,
            **changes,
        }
    )
