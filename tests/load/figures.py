"""What a part of the load has found, as a table; and whether it is within its bounds."""

from rotation.values import Value


class Figure(Value):
    """One number, and its bound where it has one."""

    what: str
    found: float
    unit: str
    most: float | None = None
    least: float | None = None

    @property
    def holds(self) -> bool:
        """Whether it is within its bounds."""
        return (self.most is None or self.found <= self.most) and (self.least is None or self.found >= self.least)

    @property
    def bound(self) -> str:
        """Its bound, as people read it."""
        if self.most is not None:
            return f"at most {self.most:g}"
        return "" if self.least is None else f"at least {self.least:g}"


def table(title: str, figures: list[Figure]) -> str:
    """All of a part, in Markdown."""
    rows = [
        f"| {each.what} | {each.found:g} {each.unit} | {each.bound} | {'' if each.holds else 'NO'} |"
        for each in figures
    ]
    return "\n".join((f"{title}:", "", "| | found | bound | |", "|---|---|---|---|", *rows, ""))
