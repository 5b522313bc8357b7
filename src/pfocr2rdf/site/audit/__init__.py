"""The black-box check of a running site: links, content negotiation, RDF documents, sitemap."""
