"""The site as its database has it, what changes in it, and what its servers publish."""
