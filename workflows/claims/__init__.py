"""Claims: who does the work takes the task first, and all proof is read before a replacement and while it is open."""
