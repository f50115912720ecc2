"""Tasks: what a person has to do at SEPM's console, and what is said about it."""
