"""What a site costs, beside the mere writing of its files; ``__main__`` says how it is run."""
