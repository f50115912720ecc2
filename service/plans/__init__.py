"""Plans: from surveys, of a restore from the store or a file, of a recovery, and what a simulation is made from."""
