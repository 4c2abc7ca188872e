"""Tracker, rules, forms. What decides here does no I/O and reads no clock."""
