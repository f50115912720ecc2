"""The site as its database has it, what its servers publish, and the journal of every effect on it."""
