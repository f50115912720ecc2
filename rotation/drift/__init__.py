"""The site is not as the rotation left it: how that is seen, and what follows."""
