"""Where rows live: one protocol, one module a kind of store."""
