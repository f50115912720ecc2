"""Persons and programs that the service knows: their names, their roles, and what each role may do."""
