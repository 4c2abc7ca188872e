"""The number of the format that models are written in. Alone here: who only asks whether a model can be read need not load NumPy."""

FORMAT = 7


def is_readable(code_version: str) -> bool:
    """Of a model, by the code that it was made by."""
    return code_version.partition(".")[0] == str(FORMAT)
