"""How the command line asks the API, and how it writes the answers."""
