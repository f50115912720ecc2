"""One module for each revision, oldest first by its number: each is named for what it makes."""
