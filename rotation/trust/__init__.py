"""Which certificates are accepted at a site's REST address, and what was made of each that was there."""
