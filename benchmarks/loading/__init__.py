"""Loads into stores, beside the stores' own loaders and beside other clients; ``__main__`` says how it is run."""
