"""The card of a console task: labels of SEPM's console, what to do in which order, values to copy, what is checked."""
