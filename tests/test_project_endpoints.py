"""`endpoints.yml` and BELLHOP_ACTIONS: where custom actions are run."""

from __future__ import annotations

from pathlib import Path

import pytest

from bot.folder import settled_project
from bot.project import ProjectError, load_project
from bot.project.endpoints import ActionEndpoint, chosen
from models.settings import Settings
from tests.small_project import write_project

URL = "http://localhost:5055/webhook"
SECRET = "s3cret-of-the-server"


def endpoint(tmp_path: Path, text: str) -> ActionEndpoint | None:
    write_project(tmp_path)
    (tmp_path / "endpoints.yml").write_text(text)
    return load_project(tmp_path).action_endpoint


def test_a_project_without_the_file_has_none(tmp_path: Path) -> None:
    assert load_project(write_project(tmp_path)).action_endpoint is None


@pytest.mark.parametrize(
    "text", ["", "# action_endpoint:\n", "tracker_store: {type: redis}\n", "action_endpoint: {}\n"]
)
def test_a_file_that_names_no_server_gives_none(tmp_path: Path, text: str) -> None:
    assert endpoint(tmp_path, text) is None


def test_all_that_rasa_reads_of_an_endpoint(tmp_path: Path, monkeypatch: pytest.MonkeyPatch) -> None:
    monkeypatch.setenv("SHOP_TOKEN", SECRET)
    monkeypatch.setenv("COMPRESS_ACTION_SERVER_REQUEST", "True")
    found = endpoint(
        tmp_path,
        f"action_endpoint:\n  url: {URL}\n  token: ${{SHOP_TOKEN}}\n  token_name: key\n  headers: {{X-Shop: 7}}\n"
        "  params: {a: b}\n  basic_auth: {username: me, password: pass}\n",
    )
    assert found is not None
    assert (found.url, found.headers) == (URL, {"X-Shop": "7"})
    assert found.parameters == {"a": "b", "key": SECRET}
    assert found.basic == ("me", "pass")
    assert found.compressed
    assert found.place == ("endpoints.yml", 2)
    assert SECRET not in repr(found)


@pytest.mark.parametrize(
    "url", ["localhost:5055", "grpc://localhost:5055", "http://", f"http://{SECRET}:99999/", "http://a b/", "ftp://a/x"]
)
def test_what_is_no_address_is_refused_and_not_repeated(tmp_path: Path, url: str) -> None:
    with pytest.raises(ProjectError, match=r"^endpoints.yml:2: no usable `url`") as raised:
        endpoint(tmp_path, f'action_endpoint:\n  url: "{url}"\n')
    assert SECRET not in str(raised.value)
    with pytest.raises(ProjectError, match="BELLHOP_ACTIONS") as refused:
        chosen(None, url)
    assert SECRET not in str(refused.value)


def test_a_header_or_file_that_cannot_be_used_is_named_by_its_line(tmp_path: Path) -> None:
    with pytest.raises(ProjectError) as raised:
        endpoint(
            tmp_path,
            f'action_endpoint:\n  url: {URL}\n  headers:\n    X-Key: "{SECRET}\\n"\n  cafile: {tmp_path}/none.pem\n',
        )
    assert [(each.line, SECRET in str(each)) for each in raised.value.problems] == [(4, False), (5, False)]


def test_the_setting_goes_before_the_file() -> None:
    named = ActionEndpoint(URL)
    assert chosen(named, "") is named
    assert chosen(named, "in-process") is None
    other = chosen(named, f"https://me:p%40ss@actions.example/webhook?key={SECRET}")
    assert other is not None
    assert (other.url, other.basic) == (f"https://actions.example/webhook?key={SECRET}", ("me", "p@ss"))


def test_the_bots_project_is_as_both_say(tmp_path: Path) -> None:
    assert (
        endpoint(tmp_path, f"action_endpoint: {{url: '{URL}'}}\n")
        == settled_project(Settings(project=tmp_path)).action_endpoint
    )
    assert settled_project(Settings(project=tmp_path, actions="in-process")).action_endpoint is None
    other = settled_project(Settings(project=tmp_path, actions="http://other:5055/webhook")).action_endpoint
    assert other is not None
    assert other.url == "http://other:5055/webhook"


def test_certificates_lie_in_the_projects_folder_and_what_is_not_read_is_warned_of(tmp_path: Path) -> None:
    (tmp_path / "own.pem").write_text("")
    write_project(tmp_path)
    text = f"nlg: {{url: http://n}}\naction_endpoint:\n  url: {URL}\n  cafile: own.pem\n  tokn: a\n"
    (tmp_path / "endpoints.yml").write_text(text)
    project = load_project(tmp_path)
    assert project.action_endpoint is not None
    assert project.action_endpoint.certificates == str(tmp_path / "own.pem")
    told = [str(each) for each in project.warnings if each.file == "endpoints.yml"]
    assert told[0] == "endpoints.yml:1: no server is asked for responses (`nlg`); expected them in the domain"
    assert told[1].startswith("endpoints.yml:5: unknown key 'tokn' in action_endpoint; expected one of ")
