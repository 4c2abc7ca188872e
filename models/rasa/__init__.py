"""Rasa's files as values that remember their lines: what of them is training data. Read by the bot, and by the API that imports them."""
