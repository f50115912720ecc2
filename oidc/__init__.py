"""The company's log-in, OpenID Connect: its settings, its provider, its tokens, and the code flow for pages.

- `company_log_in`, `settings`, `errors`: the log-in as the API uses it, how it is reached, what it refuses
- `provider`, `cached`: the provider over HTTP, and its documents kept for a while
- `tokens`, `grants`: what a token proves, and what its claims give
"""
