"""S3-compatible storage of the tests' own (moto), behind a door that fails, dawdles and spoils what goes in."""

import threading
from collections.abc import Callable, Iterable
from typing import Any
from wsgiref.types import StartResponse, WSGIEnvironment

import boto3
from moto.server import DomainDispatcherApplication, create_backend_app
from werkzeug.serving import make_server


class Storage:
    """A server with one bucket.

    `fail_next` so many requests get a 500; `before` is called with each request's method and path; `spoil` changes the
    bytes of everything that is put.
    """

    def __init__(self) -> None:
        self.fail_next = 0
        self.before: Callable[[str, str], None] = lambda _method, _path: None
        self.spoil: Callable[[bytes], bytes] | None = None
        self.seen: list[tuple[str, str, str]] = []
        self._app = DomainDispatcherApplication(create_backend_app)
        self._server = make_server("127.0.0.1", 0, self._answer, threaded=True)
        self._thread = threading.Thread(target=self._server.serve_forever, name="storage")
        self._thread.start()
        self.endpoint = f"http://127.0.0.1:{self._server.server_port}"
        self.client = boto3.client("s3", endpoint_url=self.endpoint, region_name="us-east-1")
        self.client.create_bucket(Bucket="photos")
        self.url = f"s3://photos/shelf?endpoint={self.endpoint}"

    def close(self) -> None:
        self.client.close()
        self._server.shutdown()
        self._server.server_close()
        self._thread.join()

    def _answer(self, environ: WSGIEnvironment, start: StartResponse) -> Iterable[bytes]:
        method, path = environ["REQUEST_METHOD"], environ["PATH_INFO"]
        self.seen.append((method, path, environ.get("HTTP_AUTHORIZATION", "")))
        self.before(method, path)
        if self.fail_next > 0:
            self.fail_next -= 1
            environ["wsgi.input"].read(int(environ.get("CONTENT_LENGTH") or 0))
            start("500 Oops", [("Content-Type", "application/xml"), ("Content-Length", "0")])
            return [b""]
        if self.spoil is not None and method == "PUT" and path.endswith(".jpg"):
            environ["wsgi.input"] = _Spoiled(environ, self.spoil)
        answer: Any = self._app(environ, start)
        return answer  # type: ignore[no-any-return]


class _Spoiled:
    """A request's body, changed on the way; as long as it was."""

    def __init__(self, environ: WSGIEnvironment, spoil: Callable[[bytes], bytes]) -> None:
        self._left = spoil(environ["wsgi.input"].read(int(environ["CONTENT_LENGTH"])))

    def read(self, size: int = -1) -> bytes:
        size = len(self._left) if size < 0 else size
        part, self._left = self._left[:size], self._left[size:]
        return part
