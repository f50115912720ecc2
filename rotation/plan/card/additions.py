"""Lines that a card has for its moment or its site only."""

from rotation.text.sentence import Sentence, sentence

SEEN = (sentence("Say done with what the console shows then, as seen"),)
"""Of replication at a site without REST."""
COPY_SERIALS = (
    sentence(
        "First copy the Policy Serial Number of each group from its page, and of those that inherit from it: nothing "
        "shows it later"
    ),
)
"""Before the act: of settings at a site without REST."""
SERIALS = (
    sentence(
        "Say done with these as serials_before, and with the new ones as serials once each page shows one: nothing of "
        "it can be read here"
    ),
    sentence(
        "Of groups whose serial the site's document does not give, say done with filename and sha256 of the Sylink.xml "
        "that one of them exports"
    ),
)
"""Behind it."""


def asked_again(because: str) -> Sentence:
    """Why work that was reported as done is asked for once more."""
    return sentence("This was reported as done, and is asked for again: %(because)s", because=because)


_AGAIN = asked_again("")


def asked_again_in(line: str) -> Sentence | None:
    """The same from its English line."""
    start = _AGAIN.english
    return asked_again(line.removeprefix(start)) if line.startswith(start) else None
