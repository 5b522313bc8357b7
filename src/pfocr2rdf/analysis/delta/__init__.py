"""The difference of two graphs, in formats that a store can apply."""
