"""What happens to a site without the product asking for it."""
