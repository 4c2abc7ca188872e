"""Command line and the one-machine supervisor."""

__version__ = "0.1.0"
