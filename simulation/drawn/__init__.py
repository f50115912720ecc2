"""What is played: scenarios drawn by chance, by size, or from a registered site's plan."""
