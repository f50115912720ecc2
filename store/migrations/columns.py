"""The columns that revisions are made of, as they are stored."""

import sqlalchemy as sa


def texts(*names: str, nullable: bool = False) -> tuple[sa.Column[str], ...]:
    """Texts, and documents in JSON."""
    return tuple(sa.Column(name, sa.Text(), nullable=nullable) for name in names)


def numbers(*names: str, nullable: bool = False) -> tuple[sa.Column[int], ...]:
    """Whole numbers of 32 bits."""
    return tuple(sa.Column(name, sa.Integer(), nullable=nullable) for name in names)


def longs(*names: str, nullable: bool = False) -> tuple[sa.Column[int], ...]:
    """Whole numbers of 64 bits."""
    return tuple(sa.Column(name, sa.BigInteger(), nullable=nullable) for name in names)


def instants(*names: str, nullable: bool = False) -> tuple[sa.Column[int], ...]:
    """Moments, in microseconds since 1970 (UTC)."""
    return longs(*names, nullable=nullable)


def flags(*names: str, nullable: bool = False) -> tuple[sa.Column[bool], ...]:
    """Yes or no."""
    return tuple(sa.Column(name, sa.Boolean(), nullable=nullable) for name in names)


def blobs(*names: str, nullable: bool = False) -> tuple[sa.Column[bytes], ...]:
    """Bytes, e.g. what is sealed."""
    return tuple(sa.Column(name, sa.LargeBinary(), nullable=nullable) for name in names)
