"""What can be wrong with a certificate file. No error ever carries a password or a key."""

# ruff: noqa: N818 - the names say what happened, as those of SEPM's edge do


class WithRemedy(Exception):
    """Something that went wrong at an edge.

    Attributes:
        address: where it happened, as a person knows it: a site, a server, the name under which a file was given.
        what: what happened.
        remedy: what to do now.
    """

    def __init__(self, address: str, what: str, remedy: str) -> None:
        super().__init__(address, what, remedy)
        self.address = address
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.address}: {self.what}; {self.remedy}"


class UnusableCertificateFile(WithRemedy):
    """A certificate file that cannot be used; `address` is the name under which it was given."""
