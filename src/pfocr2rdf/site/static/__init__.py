"""The static site: build in worker processes, output directory, sitemap."""
