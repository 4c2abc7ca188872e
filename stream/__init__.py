"""How entries travel and where they come to rest."""
