"""The service beside Oxigraph's own server, over the same store; ``__main__`` says how it is run."""
