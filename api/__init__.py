"""Serve it: one coherent OGC API server, the page and the command line."""
