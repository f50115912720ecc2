"""The watch over certificates: what is where, and what ends soon.

- `inventory`, `expiry`: which certificate is where, and which end soon
"""
