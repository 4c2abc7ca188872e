"""The desk's own code."""
