"""Sites without REST: what is known of them, what people say and export, and what that proves."""
