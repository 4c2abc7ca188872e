"""docker-compose.yml and the Dockerfile say nothing that the code does not know."""

from __future__ import annotations

import re
from pathlib import Path
from typing import Any

import pytest
from ruamel.yaml import YAML
from typer.main import get_command

from bellhop.cli import app
from bellhop.part import Part
from models.settings import PREFIX, described, load

ROOT = Path(__file__).parent.parent
DOCKERFILE = (ROOT / "deploy" / "Dockerfile").read_text()


@pytest.fixture(scope="module")
def compose() -> dict[str, Any]:
    return dict(YAML(typ="safe").load(ROOT / "docker-compose.yml"))


def ours(compose: dict[str, Any]) -> dict[str, Any]:
    return {name: service for name, service in compose["services"].items() if service["image"] == "bellhop"}


def commands() -> set[str]:
    return set(get_command(app).commands)  # type: ignore[attr-defined]


def test_every_setting_exists_and_can_be_used(compose: dict[str, Any]) -> None:
    known = {name for name, _, _ in described()}
    for service in ours(compose).values():
        given = {name: str(value) for name, value in service["environment"].items()}
        assert given
        assert set(given) <= known
        load(given)


def test_every_part_has_a_container_and_every_command_exists(compose: dict[str, Any]) -> None:
    named = {name: service["command"] for name, service in ours(compose).items()}
    assert set(named) == {*Part, "prepare"}
    assert all(command == [name] for name, command in named.items())
    assert {command[0] for command in named.values()} <= commands()


def test_what_healthchecks_call_exists(compose: dict[str, Any]) -> None:
    for service in ours(compose).values():
        check = service["healthcheck"].get("test", [])
        if "bellhop" in check:
            assert check[check.index("bellhop") + 1] in commands()


def test_nothing_starts_before_the_schema_and_the_stores_are_there(compose: dict[str, Any]) -> None:
    for name in Part:
        assert set(compose["services"][name]["depends_on"]) == {"prepare", "redis", "mariadb"}
    for name in ("redis", "mariadb", *Part):
        assert compose["services"][name]["healthcheck"]["test"]


def test_the_store_is_one_that_bellhop_accepts(compose: dict[str, Any]) -> None:
    command = compose["services"]["redis"]["command"]
    options = dict(zip(command[1::2], command[2::2], strict=True))
    assert options["--appendonly"] == "yes"
    assert options["--appendfsync"] == "always"
    assert options["--maxmemory-policy"] == "noeviction"


def test_passwords_come_from_files(compose: dict[str, Any]) -> None:
    assert all(set(secret) == {"file"} for secret in compose["secrets"].values())
    for service in compose["services"].values():
        for name, value in service.get("environment", {}).items():
            if "PASSWORD" in name:
                assert name == "MARIADB_RANDOM_ROOT_PASSWORD" or (
                    name.endswith("_FILE") and value.startswith("/run/secrets/")
                )
            assert not re.search(r"://[^/\s]*:[^/\s]*@", str(value)), "a password in a URL"


def test_the_image_sets_only_known_settings_and_holds_every_package() -> None:
    named = set(re.findall(rf"\b({PREFIX}\w+)=", DOCKERFILE))
    assert named
    assert named <= {name for name, _, _ in described()}
    packages = {path.parent.name for path in ROOT.glob("*/__init__.py")} - {"tests", "bench"}
    assert {name for name in packages if f"COPY {name} {name}" in DOCKERFILE} == packages
