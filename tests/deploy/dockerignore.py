"""Which files reach the build of the image: the ignore file as Docker reads it."""

import re
from pathlib import Path, PurePosixPath


def allowed(ignore: str, files: list[str]) -> list[str]:
    """Those of `files` that the ignore file lets through.

    A pattern also holds for everything below what it names, `!` takes back, and the last pattern that holds decides.
    """
    rules = [_rule(line.strip()) for line in ignore.splitlines() if line.strip() and not line.startswith("#")]

    def passes(file: str) -> bool:
        path = PurePosixPath(file)
        names = [str(path), *(str(parent) for parent in path.parents if parent.name)]
        through = True
        for pattern, takes_back in rules:
            if any(pattern.fullmatch(name) for name in names):
                through = takes_back
        return through

    return [file for file in files if passes(file)]


def every_file(root: Path) -> list[str]:
    """What lies in a checkout, tracked or not; of hidden folders, nothing but their names matters here."""
    tops = [top for top in root.iterdir() if top.name not in {".git", ".venv"}]
    files = (path for top in tops for path in ([top] if top.is_file() else top.rglob("*")) if path.is_file())
    return sorted(path.relative_to(root).as_posix() for path in files)


def _rule(line: str) -> tuple[re.Pattern[str], bool]:
    takes_back = line.startswith("!")
    pattern = line.removeprefix("!").strip().strip("/")
    parts = {"**/": "(?:.*/)?", "**": ".*", "*": "[^/]*", "?": "[^/]"}
    pieces = re.split(r"(\*\*/|\*\*|\*|\?|\[[^\]]*\])", pattern)
    return re.compile(
        "".join(parts.get(piece, piece if piece.startswith("[") else re.escape(piece)) for piece in pieces)
    ), takes_back
