"""What exists: one class a layer, its table, its rules, where it is stored."""
