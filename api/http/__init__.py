"""What every route has in common: the guard before it, refusals as problems, bounds of a request, what OpenAPI says."""
