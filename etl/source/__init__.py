"""Files and services as records: one opener, one shape of chunk, whatever the format."""
