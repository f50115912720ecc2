"""Tasks: opened, seen, held against what a person says of them."""
