"""Programs that measure. Each prints its figures and the command that made them."""
