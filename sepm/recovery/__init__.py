"""Recovery files: archives that are read in memory, within bounds."""
