"""The representations of features: one module each, one table of them all."""
