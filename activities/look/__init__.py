"""Looking at the site: is it as the rotation left it, what was born, and whom no gate counts."""
