"""TLS is verified: a server whose certificate nobody vouches for is not read."""

import http.server
import ssl
import threading
from collections.abc import Iterator
from pathlib import Path

import pytest

from storage.engine import Database
from tests.certificates import self_signed
from tests.crawler.conftest import feed, visit

# The client ends the connection in the middle of the handshake, and the collector closes what is left.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")


class Quiet(http.server.BaseHTTPRequestHandler):
    """Never gets as far as answering."""

    def log_message(self, format: str, *args: object) -> None:
        """Say nothing."""


class QuietServer(http.server.ThreadingHTTPServer):
    """Says nothing of handshakes that are broken off."""

    def handle_error(self, request: object, client_address: object) -> None:
        """Say nothing."""


@pytest.fixture
def address(tmp_path: Path) -> Iterator[str]:
    """The address of a TLS server with a certificate that vouches for itself."""
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(self_signed(tmp_path / "server.pem"))
    server = QuietServer(("127.0.0.1", 0), Quiet)
    server.socket = context.wrap_socket(server.socket, server_side=True)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    yield f"https://127.0.0.1:{server.server_address[1]}/feed"
    server.shutdown()
    server.server_close()
    thread.join()


def test_a_certificate_that_nobody_vouches_for_is_refused(sqlite: Database, address: str) -> None:
    (found,) = visit(sqlite, feed(address)).visits
    assert (found.failure or "").startswith("its certificate is not to be trusted (")
