"""Reading gates: who is covered, what replaced servers sign, what is stated of a site without REST."""
