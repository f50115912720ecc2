"""Plans of a running rotation: taken up, made again, rolled back, and the closing check."""
