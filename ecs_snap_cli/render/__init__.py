"""Results as table, JSON, XML or bare IDs: one value object, one renderer a format."""
