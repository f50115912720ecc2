"""What runs beside rotations: orders at an authority, simulations."""
