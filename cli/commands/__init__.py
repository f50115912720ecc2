"""What people say about sites, plans, rotations and tasks, each a module that adds its commands."""
