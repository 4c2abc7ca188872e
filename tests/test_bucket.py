"""Files in a bucket: a real S3 server (moto's), the same promises as a folder, and what is said when it does not answer."""

from __future__ import annotations

import os
from collections.abc import Callable, Iterator
from dataclasses import replace
from pathlib import Path

import boto3
import httpx
import pytest
from moto.server import ThreadedMotoServer

from api.file_store import FileStore, FilesUnavailable, UnusableBucket, file_store
from bellhop import doctor
from models.settings import Settings
from tests.fixtures_api import Api
from tests.ports import free_port
from tests.test_files import Person
from tests.test_pictures import picture

ID = "f_" + "0" * 32


@pytest.fixture(scope="module")
def endpoint() -> Iterator[str]:
    server = ThreadedMotoServer("127.0.0.1", free_port(), verbose=False)
    server.start()
    host, port = server.get_host_and_port()
    yield f"http://{host}:{port}"
    server.stop()


@pytest.fixture
def bucket(endpoint: str, monkeypatch: pytest.MonkeyPatch) -> Iterator[str]:
    for name in ("AWS_ACCESS_KEY_ID", "AWS_SECRET_ACCESS_KEY"):
        monkeypatch.setenv(name, "of-a-test")
    monkeypatch.setenv("AWS_DEFAULT_REGION", "us-east-1")
    made = boto3.resource("s3", endpoint_url=endpoint).Bucket("shop-files")
    made.create()
    yield "shop-files"
    made.objects.delete()
    made.delete()


@pytest.fixture(params=["folder", "bucket"])
def kept(request: pytest.FixtureRequest, settings: Settings, tmp_path: Path) -> FileStore:
    if request.param == "folder":
        return file_store(replace(settings, home=tmp_path))
    made, endpoint = request.getfixturevalue("bucket"), request.getfixturevalue("endpoint")
    return file_store(replace(settings, files_bucket=made, files_endpoint=endpoint))


def test_both_keep_the_same_promises(kept: FileStore) -> None:
    assert kept.get(ID) is None
    box = os.urandom(300_000)
    kept.put(ID, box)
    assert kept.get(ID) == box
    kept.put(ID, b"anew")
    assert kept.get(ID) == b"anew"
    kept.delete(ID)
    kept.delete(ID)
    assert kept.get(ID) is None
    for id in ("../../etc/passwd", "f_" + "0" * 31, "f_" + "g" * 32, ""):
        with pytest.raises(ValueError, match="no id"):
            kept.get(id)


def test_what_people_send_is_sealed_in_the_bucket(make_api: Callable[..., Api], bucket: str, endpoint: str) -> None:
    api = make_api(files_bucket=bucket, files_endpoint=endpoint)
    with httpx.Client(base_url=api.base, timeout=30) as http:
        wang = Person(http)
        sent = wang.send(picture("PNG"))
        assert sent.status_code == 201
        got = wang.get(sent.json()["id"])
        assert got.content.startswith(b"\x89PNG")
        inside = list(boto3.resource("s3", endpoint_url=endpoint).Bucket(bucket).objects.all())
        (only,) = [each.get()["Body"].read() for each in inside]
        assert b"PNG" not in only
        assert not (api.settings.home / "files").exists()
        inside[0].delete()
        assert wang.get(sent.json()["id"]).status_code == 404


def test_without_its_bucket_nothing_is_promised(make_api: Callable[..., Api], bucket: str, endpoint: str) -> None:
    api = make_api(files_bucket="nobody-made-this", files_endpoint=endpoint)
    with httpx.Client(base_url=api.base, timeout=30) as http:
        refused = Person(http).send(picture("PNG"))
    assert (refused.status_code, refused.json()["code"]) == (503, "unavailable")


def test_a_bucket_that_cannot_be_used_is_one_sentence(settings: Settings, bucket: str, endpoint: str) -> None:
    with pytest.raises(UnusableBucket, match="BELLHOP_FILES_ENDPOINT"):
        file_store(replace(settings, files_bucket=bucket, files_endpoint="no url"))
    gone = replace(settings, files_bucket=bucket, files_endpoint=f"http://127.0.0.1:{free_port()}")
    with pytest.raises(FilesUnavailable) as caught:
        file_store(gone).put(ID, b"x")
    assert "127.0.0.1" not in str(caught.value)
    (finding,) = doctor.in_uploads(gone)
    assert not finding.good
    (finding,) = doctor.in_uploads(replace(settings, files_bucket=bucket, files_endpoint=endpoint))
    assert finding.good
    (finding,) = doctor.in_uploads(replace(settings, files_bucket="missing", files_endpoint=endpoint))
    assert not finding.good
