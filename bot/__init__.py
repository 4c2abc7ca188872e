"""Understands and answers."""
