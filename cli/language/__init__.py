"""The language of the command line: which one is wanted, its texts and numbers, help and refusals in it."""
