"""Where the bytes of files are: a bucket of S3, or of a store that speaks like it. The only file that imports boto3."""

from __future__ import annotations

from typing import Any

from api.file_store import FilesUnavailable, UnusableBucket, checked
from models.settings import Settings

# Bounds on what a thread waits for a store that does not answer.
CONNECT_SECONDS = 5
READ_SECONDS = 20
TRIES = 3
PREFIX = "files/"


class Bucket:
    """Synchronous and safe for threads: call it in one. Who we are is found as boto3 finds it (environment, file, role of the machine)."""

    def __init__(self, name: str, endpoint: str) -> None:
        """Raises UnusableBucket."""
        try:
            import boto3
            from botocore.config import Config
            from botocore.exceptions import BotoCoreError, ClientError
        except ImportError:
            raise UnusableBucket(
                "Files should go to a bucket, and boto3 is not installed: pip install 'bellhop[s3]'"
            ) from None
        self._name = name
        self._errors = (BotoCoreError, ClientError)
        self._refused = ClientError
        bounds = Config(
            connect_timeout=CONNECT_SECONDS,
            read_timeout=READ_SECONDS,
            retries={"mode": "standard", "total_max_attempts": TRIES},
            # Stores that only speak like S3 refuse the checksums that AWS has by default.
            request_checksum_calculation="when_required",
            response_checksum_validation="when_required",
        )
        try:
            self._client: Any = boto3.client("s3", endpoint_url=endpoint or None, config=bounds)
        except (BotoCoreError, ValueError) as error:
            raise UnusableBucket(f"BELLHOP_FILES_ENDPOINT cannot be used ({type(error).__name__})") from None

    def put(self, id: str, box: bytes) -> None:
        """Whole or not at all. Raises FilesUnavailable."""
        self._reached(self._client.put_object, Key=_key(id), Body=box)

    def get(self, id: str) -> bytes | None:
        """None where it is not there. Raises FilesUnavailable."""
        try:
            answer = self._client.get_object(Bucket=self._name, Key=_key(id))
            return bytes(answer["Body"].read())
        except self._errors as error:
            if isinstance(error, self._refused) and error.response["Error"]["Code"] in ("NoSuchKey", "404"):
                return None
            raise _failed(error) from None

    def delete(self, id: str) -> None:
        """Nothing happens where it is not there. Raises FilesUnavailable."""
        self._reached(self._client.delete_object, Key=_key(id))

    def check(self) -> None:
        """Raises FilesUnavailable where the bucket is not there, or may not be used."""
        self._reached(self._client.head_bucket)

    def _reached(self, call: Any, **arguments: Any) -> None:
        try:
            call(Bucket=self._name, **arguments)
        except self._errors as error:
            raise _failed(error) from None


def bucket_of(settings: Settings) -> Bucket:
    """Raises UnusableBucket."""
    return Bucket(settings.files_bucket, settings.files_endpoint)


def _key(id: str) -> str:
    return PREFIX + checked(id).removeprefix("f_")


def _failed(error: Exception) -> FilesUnavailable:
    """Its own messages name addresses and keys: only what kind it is goes on."""
    kind = getattr(error, "response", {}).get("Error", {}).get("Code") or type(error).__name__
    return FilesUnavailable(f"the bucket for files does not do what was asked ({kind})")
