"""The static search index, and its tokenizer."""
