"""Resource pages: view models, templates, the URL scheme, RDF representations. The server renders the same pages."""
