"""Why the system refuses a file, in the language in use."""

from certificates.secret_file import ReadableByOthers
from cli.language.wording import _, later, recognised

_REASONS = (
    later("File exists"),
    later("Is a directory"),
    later("No space left on device"),
    later("No such file or directory"),
    later("Not a directory"),
    later("Permission denied"),
    later("Read-only file system"),
)


def reason(error: Exception) -> str:
    """The system's text without number and path, which the refusal has already; of another error its own text."""
    if isinstance(error, ReadableByOthers):
        return _("other users can read or change it; run chmod 0600 on it")
    text = getattr(error, "strerror", None) or str(error)
    return _(text) if text in _REASONS else recognised(text)
