"""Which certificates are accepted at a site's REST address, and what was made of each that was there.

- `fingerprints`, `contact`: what is trusted, and each connection with what was made of it
"""
