"""The nouns and how they are written down. Imports nothing of ours."""
