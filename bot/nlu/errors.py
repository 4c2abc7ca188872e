"""What can be wrong with training data or with a trained model. Each message is one plain sentence."""

from __future__ import annotations


class Untrainable(Exception):
    """The data cannot be trained on; says what to change."""


class NoExamples(Untrainable):
    """There is nothing to learn from."""


class OneIntent(Untrainable):
    """There is nothing to tell apart."""


class UnusablePattern(Untrainable):
    """A regular expression cannot be read, or not in time."""


class ModelRefused(Exception):
    """A model on disk is missing, damaged, or not one of ours; it was not loaded."""
