"""Configuration for web hosts: content negotiation, redirects and headers of a static site."""
