"""What happens to a site without anybody having asked the product."""
