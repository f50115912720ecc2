"""The company's log-in, OpenID Connect: its settings, its provider, its tokens, and the code flow for pages."""
