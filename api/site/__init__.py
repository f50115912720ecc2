"""Sites: registration, surveys, trusted fingerprints, networks, the inventory, and what a site without REST exports."""
