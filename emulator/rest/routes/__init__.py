"""The routes, as SEPM has them."""
