"""The originals of a site in one file off the box: what is in it, whether it fits a site, and what is known by it."""
