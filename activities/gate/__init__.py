"""Reading gates: the clients that are covered, what replaced servers sign, statements about sites without REST."""
