"""The watch over certificates: what is where, and what ends soon."""
