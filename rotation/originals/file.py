"""The file of originals as text: written, and read back only when it is whole.

It is JSON: a form, a version, the originals, and the SHA-256 of their canonical text. Line ends do not count.
"""

import hashlib
import json

from pydantic import JsonValue, ValidationError

from rotation.originals.content import KeptOriginals

FORM, VERSION = "sepm-rotator-originals", 1
LARGEST = 10 << 20
"""Characters of the text: a request that brings it writes some of them as two, and has a bound as well."""
_ANOTHER = "take the file that `rotator originals ROTATION --out FILE` wrote, or another copy of it"
_PLACES = 3


class UnusableOriginalsError(ValueError):
    """A file of originals that cannot be used. It is refused as a whole."""

    def __init__(self, code: str, message: str, remedy: str = _ANOTHER) -> None:
        super().__init__(message)
        self.code = code
        self.remedy = remedy


def sha256_of(originals: KeptOriginals) -> str:
    """What names the originals: the SHA-256 that stands in their file."""
    return _digest(originals.model_dump(mode="json"))


def file_sha256_of(originals: KeptOriginals) -> str:
    """The SHA-256 of the file itself, as any program shows it. Raises as `write_originals`."""
    return hashlib.sha256(write_originals(originals).encode()).hexdigest()


def write_originals(originals: KeptOriginals) -> str:
    """The text of the file. The same originals make the same text.

    Raises:
        UnusableOriginalsError: when it would be too long to be read again.
    """
    document = {
        "form": FORM,
        "version": VERSION,
        "sha256": sha256_of(originals),
        "originals": originals.model_dump(mode="json"),
    }
    text = json.dumps(document, indent=1, ensure_ascii=False) + "\n"
    if len(text) > LARGEST:
        message = f"the {len(originals.pairs)} (group, location) pairs need more than {LARGEST >> 20} MiB"
        raise UnusableOriginalsError(
            "no-originals", message, "keep a backup on another machine instead (rotator backup)"
        )
    return text


def read_originals(text: str) -> KeptOriginals:
    """The originals of a file.

    Raises:
        UnusableOriginalsError: when the text is too long, no such file, of a newer release, damaged, or edited.
    """
    document = _document(text)
    version = document.get("version")
    if not isinstance(version, int) or isinstance(version, bool) or version < 1:
        raise UnusableOriginalsError("originals-unreadable", "the file has no version")
    if version > VERSION:
        message = f"the file has version {version}; this release reads versions up to {VERSION}"
        raise UnusableOriginalsError("originals-newer", message, "install the release that wrote it, or a newer one")
    inside = document.get("originals")
    if _digest(inside) != document.get("sha256"):
        raise UnusableOriginalsError("originals-damaged", "the file is damaged or was edited: its SHA-256 differs")
    try:
        # what JSON writes as text is read as JSON: dates and spans have no other form there
        originals = KeptOriginals.model_validate_json(json.dumps(inside))
    except ValidationError as error:
        raise UnusableOriginalsError(
            "originals-malformed", f"the file's content has another form: {_problems(error)}"
        ) from None
    if len(originals.goes_back()) != len(originals.pairs):
        raise UnusableOriginalsError("originals-malformed", "the file has a (group, location) pair twice")
    return originals


def _document(text: str) -> dict[str, JsonValue]:
    if len(text) > LARGEST:
        message = f"the file is larger than {LARGEST >> 20} MiB"
        raise UnusableOriginalsError("originals-unreadable", message)
    try:
        document = json.loads(text)
    except (ValueError, RecursionError):
        raise UnusableOriginalsError(
            "originals-unreadable", "the file is no JSON; it is damaged, or another file"
        ) from None
    if not isinstance(document, dict) or document.get("form") != FORM:
        raise UnusableOriginalsError("originals-unreadable", "this is no file of original settings")
    return document


def _digest(inside: object) -> str:
    try:
        canonical = json.dumps(inside, sort_keys=True, separators=(",", ":"))
    except RecursionError:
        raise UnusableOriginalsError("originals-unreadable", "the file is nested too deeply") from None
    return hashlib.sha256(canonical.encode("ascii")).hexdigest()


def _problems(error: ValidationError) -> str:
    """Where the text breaks which rule; what stood there is not repeated."""
    found = error.errors(include_input=False, include_url=False)[:_PLACES]
    return "; ".join(f"{'.'.join(str(part) for part in each['loc'])}: {each['msg']}"[:200] for each in found)
