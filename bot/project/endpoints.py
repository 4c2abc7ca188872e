"""`endpoints.yml`: where a project's custom actions are run. Nothing is asked there; what is secret is in no message."""

from __future__ import annotations

import os
from collections.abc import Mapping
from dataclasses import dataclass, field
from pathlib import Path
from urllib.parse import unquote, urlsplit, urlunsplit

from models.rasa.document import Document, Map
from models.rasa.fields import map_at, name_at, only
from models.rasa.problems import Problem, Problems, ProjectError

FILES = ("endpoints.yml", "endpoints.yaml")
ENDPOINT = "action_endpoint"
# In place of an address in BELLHOP_ACTIONS: whatever endpoints.yml says, they run here.
IN_PROCESS = "in-process"
VARIABLE = "BELLHOP_ACTIONS"
COMPRESSES = "COMPRESS_ACTION_SERVER_REQUEST"
_KEYS = frozenset(
    {"url", "token", "token_name", "headers", "params", "basic_auth", "cafile", "enable_selective_domain"}
)
_ADDRESS = "expected an address such as http://localhost:5055/webhook"


@dataclass(frozen=True, slots=True)
class ActionEndpoint:
    """An action server. `parameters` go into the query, a token among them; `basic` is name and password; `certificates` a file of
    authorities; `compressed`: requests are packed; `place`: where it is named."""

    url: str = field(repr=False)
    headers: Mapping[str, str] = field(default_factory=dict, repr=False)
    parameters: Mapping[str, str] = field(default_factory=dict, repr=False)
    basic: tuple[str, str] | None = field(default=None, repr=False)
    certificates: str = ""
    compressed: bool = False
    place: tuple[str, int] = (VARIABLE, 1)


def read_endpoints(document: Document, folder: Path) -> ActionEndpoint | None:
    """None where it names no action server. A file of certificates may be named from the project's folder on."""
    if document.top.get("nlg"):
        document.warn(
            document.top.line_of("nlg"), "no server is asked for responses (`nlg`); expected them in the domain"
        )
    top = map_at(document, document.top, ENDPOINT)
    if not top:
        return None
    only(document, top, _KEYS, ENDPOINT)
    url = name_at(document, top, "url")
    if url is None:
        document.warn(top.line, f"no `url` in {ENDPOINT}; expected one, so the actions run in process")
        return None
    endpoint = _endpoint(url)
    if endpoint is None:
        document.error(top.line_of("url"), f"no usable `url` in {ENDPOINT}; {_ADDRESS}")
        return None
    token = name_at(document, top, "token")
    name = name_at(document, top, "token_name") or "token"
    return ActionEndpoint(
        endpoint.url,
        _headers(document, top),
        {**_texts(document, top, "params"), **({name: token} if token else {})},
        _basic(document, top) or endpoint.basic,
        _certificates(document, top, folder),
        endpoint.compressed,
        (document.file, top.line_of("url")),
    )


def endpoint_of(folder: Path, problems: Problems) -> ActionEndpoint | None:
    path = next((path for name in FILES if (path := folder / name).is_file()), None)
    return None if path is None else read_endpoints(Document.read(path, folder, problems), folder)


def chosen(named: ActionEndpoint | None, setting: str) -> ActionEndpoint | None:
    """`named` by the project, unless BELLHOP_ACTIONS says otherwise. Raises ProjectError for what is no address."""
    if not setting:
        return named
    if setting == IN_PROCESS:
        return None
    endpoint = _endpoint(setting)
    if endpoint is None:
        raise ProjectError([Problem(VARIABLE, 1, f"{_ADDRESS}, or {IN_PROCESS}")])
    return endpoint


def _endpoint(url: str) -> ActionEndpoint | None:
    import httpx

    try:
        parts = urlsplit(url)
        usable = parts.scheme in ("http", "https") and bool(httpx.URL(url).host) and parts.port != 0
    except (ValueError, httpx.InvalidURL):
        return None
    if not usable or " " in url:
        return None
    basic = (unquote(parts.username or ""), unquote(parts.password or "")) if "@" in parts.netloc else None
    plain = urlunsplit(parts._replace(netloc=parts.netloc.rpartition("@")[2], fragment=""))
    return ActionEndpoint(plain, basic=basic, compressed=os.environ.get(COMPRESSES, "").lower() == "true")


def _texts(document: Document, top: Map, key: str) -> dict[str, str]:
    given = map_at(document, top, key)
    texts = {name: name_at(document, given, name) for name in given}
    return {name: text for name, text in texts.items() if text is not None}


def _headers(document: Document, top: Map) -> dict[str, str]:
    headers = _texts(document, top, "headers")
    for name, value in headers.items():
        if not (name + value).isascii() or not (name + value).isprintable():
            document.error(map_at(document, top, "headers").line_of(name), f"header '{name}'; expected plain ASCII")
    return headers


def _basic(document: Document, top: Map) -> tuple[str, str] | None:
    given = map_at(document, top, "basic_auth")
    if not given:
        return None
    return name_at(document, given, "username") or "", name_at(document, given, "password") or ""


def _certificates(document: Document, top: Map, folder: Path) -> str:
    """What cannot be read is a mistake here: the first call would find it too late."""
    name = name_at(document, top, "cafile")
    path = str(folder / name) if name else ""
    if path and not os.access(path, os.R_OK):
        document.error(top.line_of("cafile"), "the file of `cafile` cannot be read; expected certificates (PEM)")
    return path
