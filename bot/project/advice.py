"""What to do where a project's code cannot be imported, in one sentence."""

from __future__ import annotations

import sys
from importlib.util import find_spec

# Packages whose name is not that of what is imported; of the others it is the same, or a search away.
_PACKAGES = {
    "PIL": "pillow", "MySQLdb": "mysqlclient", "attr": "attrs", "bs4": "beautifulsoup4", "cv2": "opencv-python",
    "dateutil": "python-dateutil", "dns": "dnspython", "docx": "python-docx", "dotenv": "python-dotenv", "fitz": "pymupdf",
    "jose": "python-jose", "jwt": "pyjwt", "serial": "pyserial", "skimage": "scikit-image",
    "sklearn": "scikit-learn", "telegram": "python-telegram-bot", "yaml": "pyyaml", "zmq": "pyzmq",
}  # fmt: skip
_OLD_FORM = (
    "cannot import FormAction, which rasa-sdk has no more; expected it from rasa_sdk.forms, or a form in the domain"
)
_RASA = "cannot import Rasa itself, which is no part of Bellhop; expected imports from rasa_sdk alone"
_OLD_SDK = "cannot import rasa_core_sdk, which is rasa_sdk today; expected imports from rasa_sdk"


def advice(error: ImportError, own: str) -> str | None:
    """None where there is none. `own` is the name that the project's code goes by here, besides `actions`."""
    name = error.name or ""
    top = name.partition(".")[0]
    if top == "rasa_sdk" and "'FormAction'" in str(error):
        return _OLD_FORM
    if top == "rasa":
        return _RASA
    if top == "rasa_core_sdk":
        return _OLD_SDK
    if not name or error.path:
        return None
    if top in ("actions", own) or _is_there(top):
        return f"cannot import '{name}'; expected it to be there"
    package = _PACKAGES.get(top, top)
    return f"cannot import '{top}', a package that is not installed; expected it beside Bellhop: pip install {package}"


def _is_there(top: str) -> bool:
    if top in sys.modules:
        return True
    try:
        return find_spec(top) is not None
    except (ImportError, ValueError):
        return False
