"""What people do at the console, with their mistakes and delays, and what they copy from it."""
