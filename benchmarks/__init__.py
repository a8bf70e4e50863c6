"""What OneMap's speed is, measured: one command a table, ratios within one run."""
