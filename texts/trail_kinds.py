"""Events of sites and of the service whose texts are few words: their kind shows what they are."""

from rotation.text.sentence import Sentence, sentence

_IDENTITY = (sentence("identity %(name)s"),)
_KEY = (sentence("key %(key)s of %(name)s"),)
_SUBJECT = (sentence("subject %(subject)s of %(name)s"),)
_WISH = (sentence("%(act)s, wished by %(who)s: %(why)s"),)
_CHANNEL = (sentence("channel %(name)s"),)
BY_KIND: dict[str, tuple[Sentence, ...]] = {
    "registered": (sentence("site %(name)s"),),
    "access-stated": (sentence("how the site is reached: %(why)s"),),
    "lists-changed": (sentence("server lists: %(why)s"),),
    "limits-changed": (sentence("limits: %(why)s"),),
    "database-changed": (sentence("database: %(database)s: %(why)s"),),
    "document-changed": (sentence("document of a site without REST: %(why)s"),),
    "renamed": (sentence("name: %(name)s: %(why)s"),),
    "archived": (sentence("archived: %(why)s"),),
    "taken-back": (sentence("taken back: %(why)s"),),
    "identity-added": _IDENTITY,
    "identity-granted": _IDENTITY,
    "key-added": _KEY,
    "key-revoked": _KEY,
    "subject-seen": _SUBJECT,
    "subject-linked": _SUBJECT,
    "subject-barred": _SUBJECT,
    "wish-kept": _WISH,
    "wish-seconded": _WISH,
    "wish-moved": (sentence("wish of %(who)s"),),
    "channel-added": _CHANNEL,
    "channel-changed": _CHANNEL,
    "channel-removed": _CHANNEL,
    "backup-made": (sentence("%(files)s in %(folder)s"),),
    "encryption-key-made": (sentence("key %(key)s"),),
    "encryption-keys-retired": (sentence("keys %(keys)s"),),
    "write-begins": (sentence("%(field)s: is about to be written"),),
    "write-ended": (
        sentence("%(field)s: applied: %(detail)s"),
        sentence("%(field)s: no-effect: %(detail)s"),
        sentence("%(field)s: refused: %(detail)s"),
        sentence("%(field)s: applied"),
        sentence("%(field)s: no-effect"),
        sentence("%(field)s: refused"),
    ),
}
"""The texts that an event of a kind may have, as the store has them; the first that fits is it. Others are found by
their words."""
