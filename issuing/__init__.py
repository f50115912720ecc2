"""The company's certificate authority: a small port, and ACME behind it."""
