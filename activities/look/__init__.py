"""The look at the site: what differs from what the rotation left, what was born, and which clients no gate counts."""
