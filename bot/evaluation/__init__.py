"""How well a project's texts are understood: measured text by text, summed up, drawn. Nothing of it is loaded by a bot."""
