"""Digests by Apprise: to a real HTTP server, as a chat service would get them; no secret is ever told."""

import asyncio
import json
import threading
from collections.abc import Iterator
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer

import pytest

from scheduler.delivery.chat import send_chat
from scheduler.jobs.digest import check_delivery, make_digests, send_outbox
from scheduler.recipients import chat_urls
from storage.digests.content import Mail
from storage.digests.outbox import outbox
from storage.engine import Database
from storage.errors import DeliveryError, SettingsError
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup

# Apprise leaves its loop's default executor and sockets to the collector.
pytestmark = pytest.mark.filterwarnings("ignore::ResourceWarning", "ignore::DeprecationWarning")


class Chat:
    """A chat service: keeps what it takes, or refuses all."""

    def __init__(self) -> None:
        self.taken: list[dict[str, str]] = []
        self.refuses = False
        self.url = ""


@pytest.fixture
def chat() -> Iterator[Chat]:
    made = Chat()

    class Handler(BaseHTTPRequestHandler):
        def do_POST(self) -> None:
            body = self.rfile.read(int(self.headers["Content-Length"]))
            if not made.refuses:
                made.taken.append(json.loads(body))
            self.send_response(500 if made.refuses else 200)
            self.send_header("Content-Length", "0")
            self.end_headers()

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    thread = threading.Thread(target=server.serve_forever)
    thread.start()
    made.url = f"json://user:s3cret@127.0.0.1:{server.server_address[1]}/hook"
    yield made
    server.shutdown()
    server.server_close()
    thread.join()


def test_each_service_has_a_digest_of_its_own(database: Database, folder: Folder, chat: Chat) -> None:
    (folder.path / "chat.urls").write_text(f"# the team\n{chat.url}\n\njson://127.0.0.1:9/nobody\n")
    settings = folder.settings('[digest]\nchat_file = "chat.urls"\n')
    add_followup(database, post="Acme's chip")
    to = check_delivery(settings)
    assert [recipient.kind for recipient in to] == ["chat", "chat"]
    asyncio.run(make_digests(database, settings, [(recipient, NOW) for recipient in to], now=NOW))
    sent = asyncio.run(send_outbox(database, settings, now=lambda: NOW, retry_now=False))
    assert sent.to == (to[0].name,)
    assert len(sent.failures) == 1
    (taken,) = chat.taken
    assert taken["title"] == "1 post needs a follow-up: Acme's chip"
    assert "EXTENDS: Some news" in taken["message"]
    assert "s3cret" not in to[0].name
    with database.read() as session:
        assert [outgoing.recipient for outgoing in outbox(session)] == [to[1].name]


def test_a_refusal_names_no_secret(chat: Chat, caplog: pytest.LogCaptureFixture) -> None:
    chat.refuses = True
    with pytest.raises(DeliveryError) as raised:
        asyncio.run(send_chat(Mail("s", "", "t", "<1@x>", {}), "chat json 0a0b0c0d", chat.url))
    assert str(raised.value).startswith("chat json 0a0b0c0d did not take the digest")
    assert "s3cret" not in str(raised.value) + caplog.text


def test_an_address_that_apprise_does_not_know_is_a_mistake_in_the_settings() -> None:
    with pytest.raises(SettingsError, match="the URL of chat x is none that Apprise knows"):
        asyncio.run(send_chat(Mail("s", "", "t", "<1@x>", {}), "chat x", "nothing at all"))


def test_a_file_that_is_missing_is_named(folder: Folder) -> None:
    with pytest.raises(SettingsError, match=r"\[digest\] chat_file: .*chat.urls cannot be read"):
        chat_urls(folder.settings('[digest]\nchat_file = "chat.urls"\n'))
