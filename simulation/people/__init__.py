"""The people around a played rotation: who works at the console, who decides, who knows the networks."""
