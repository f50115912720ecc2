"""What is wrong with what the service knows of its rotations: the store and Temporal held against each other."""
