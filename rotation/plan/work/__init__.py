"""Tasks as values: what a person does at the console, what is said of it, and what that has to agree with."""
