"""What can be wrong with a certificate file. No error ever carries a password or a key."""

# ruff: noqa: N818 - the name says what happened, as those of SEPM's edge do


class UnusableCertificateFile(Exception):
    """A certificate file that cannot be used.

    Attributes:
        address: the name under which it was given.
        what: what is wrong with it.
        remedy: what to do now.
    """

    def __init__(self, address: str, what: str, remedy: str) -> None:
        super().__init__(address, what, remedy)
        self.address = address
        self.what = what
        self.remedy = remedy

    def __str__(self) -> str:
        return f"{self.address}: {self.what}; {self.remedy}"
