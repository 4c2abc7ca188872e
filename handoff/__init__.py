"""From bot to people and back."""
