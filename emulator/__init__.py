"""A SEPM site with its clients, for people without a licence. Imports nothing of the product."""
