"""scikit-learn intents, entities, fallback."""
