"""Scripts for stores' own bulk loaders."""
