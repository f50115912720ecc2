"""Who has a key: the identities of persons and programs."""
