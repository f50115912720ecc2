"""What the Temporal UI asks of the API: payloads in clear text, and the login for them."""
