"""What is waited for, and what a person is shown meanwhile."""
