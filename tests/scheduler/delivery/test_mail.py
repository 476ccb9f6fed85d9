"""Handing mail to a real server: what arrives, by which security, and what is said when it does not."""

import asyncio
import gc
import socketserver
import ssl
import threading
import warnings
from collections.abc import Iterator
from contextlib import contextmanager
from dataclasses import replace
from email import message_from_bytes, policy
from pathlib import Path

import pytest
from aiosmtpd.smtp import AuthResult, LoginPassword
from hypothesis import assume, example, given, settings
from hypothesis import strategies as st

from scheduler.delivery.mail import check_mail_settings, compose, send_mail, sender_domain
from scheduler.sections import is_address
from scheduler.settings import PASSWORD_VARIABLE, Settings
from storage.digests.content import Mail
from storage.errors import DeliveryError, SettingsError
from tests.certificates import self_signed
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, Mailbox, mail_server, mail_settings

# A loop that ends leaves a TLS connection no time to say goodbye; the collector closes its socket then.
pytestmark = pytest.mark.filterwarnings("ignore:unclosed:ResourceWarning")

SUBJECT = "続報が必要な記事 2件：" + "ByteDanceの自社AIチップ、" * 4
MAIL = Mail(SUBJECT, "<p>量産は<b>2027年</b></p>", "量産は2027年\n" * 200, "<0123@blog.example>", {})


@pytest.fixture(autouse=True)
def _collected() -> Iterator[None]:
    """Let go of such sockets here, not in another test."""
    yield
    with warnings.catch_warnings(action="ignore", category=ResourceWarning):
        gc.collect()


def send(settings: Settings) -> None:
    asyncio.run(send_mail(MAIL, "editor@blog.example", settings, date=NOW))


def failure(settings: Settings, *, for_good: bool = False) -> str:
    with pytest.raises(DeliveryError) as raised:
        send(settings)
    assert raised.value.for_good is for_good
    return str(raised.value)


def test_a_mail_arrives_as_it_was_written(folder: Folder, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        send(folder.settings(mail_settings(port)))
    ((recipient, message),) = mailbox.mails
    assert recipient == message["To"] == "editor@blog.example"
    assert message["From"] == "chipwatch@blog.example"
    assert message["Subject"] == SUBJECT
    assert message["Date"].datetime == NOW
    assert message["Message-ID"] == "<0123@blog.example>"
    assert message["Auto-Submitted"] == "auto-generated"
    assert message["List-Unsubscribe"].strip() == (
        "<mailto:chipwatch@blog.example?subject=unsubscribe%20editor%40blog.example>"
    )
    assert message.get_content_type() == "multipart/alternative"
    plain, html = message.iter_parts()
    assert (plain.get_content_type(), html.get_content_type()) == ("text/plain", "text/html")
    assert plain.get_content().replace("\r\n", "\n") == MAIL.text
    assert html.get_content().strip() == MAIL.html
    assert mailbox.raw[0].isascii()
    assert max(map(len, mailbox.raw[0].split(b"\r\n"))) <= 78


@pytest.fixture
def certificate(tmp_path: Path) -> Path:
    """A certificate for 127.0.0.1 that signs itself, with its key."""
    return self_signed(tmp_path / "mail.pem")


def tls(certificate: Path) -> ssl.SSLContext:
    context = ssl.SSLContext(ssl.PROTOCOL_TLS_SERVER)
    context.load_cert_chain(certificate)
    return context


def login(server: object, session: object, envelope: object, mechanism: str, given: object) -> AuthResult:
    """Takes editor with the password `right`."""
    right = isinstance(given, LoginPassword) and (given.login, given.password) == (b"editor", b"right")
    return AuthResult(success=right, handled=False)


@contextmanager
def secure_server(mailbox: Mailbox, certificate: Path, security: str) -> Iterator[int]:
    if security == "tls":
        with mail_server(mailbox, ssl_context=tls(certificate)) as port:
            yield port
    else:
        with mail_server(mailbox, tls_context=tls(certificate), require_starttls=True) as port:
            yield port


@pytest.mark.parametrize("security", ["starttls", "tls"])
def test_a_certificate_is_checked(
    folder: Folder, mailbox: Mailbox, certificate: Path, monkeypatch: pytest.MonkeyPatch, security: str
) -> None:
    with secure_server(mailbox, certificate, security) as port:
        settings = folder.settings(mail_settings(port).replace('"none"', f'"{security}"'))
        assert "certificate verify failed" in failure(settings)
        assert not mailbox.mails
        monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
        send(settings)
    assert len(mailbox.mails) == 1


def test_starttls_that_is_not_offered_is_a_failure(folder: Folder, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        assert "STARTTLS" in failure(folder.settings(mail_settings(port).replace('"none"', '"starttls"')))
    assert not mailbox.mails


def test_the_login_is_used_and_a_wrong_one_named(
    folder: Folder, mailbox: Mailbox, certificate: Path, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv("SSL_CERT_FILE", str(certificate))
    with mail_server(
        mailbox, tls_context=tls(certificate), authenticator=login, auth_required=True, require_starttls=True
    ) as port:
        more = 'username = "editor"\npassword_file = "mail.password"\n'
        settings = folder.settings(mail_settings(port, more=more).replace('"none"', '"starttls"'))
        (folder.path / "mail.password").write_text("wrong\n")
        said = failure(settings)
        assert "does not take the login: 535" in said
        assert "check username and password" in said
        assert "wrong" not in said
        (folder.path / "mail.password").write_text("right\n")
        send(settings)
    assert len(mailbox.mails) == 1


def test_a_refused_recipient_is_named(folder: Folder, mailbox: Mailbox) -> None:
    mailbox.refused.add("editor@blog.example")
    with mail_server(mailbox) as port:
        said = failure(folder.settings(mail_settings(port)), for_good=True)
    assert said == (
        f"mail server 127.0.0.1:{port} refuses editor@blog.example: 550 no such person; check [digest] to"
    )


def test_a_refused_mail_is_told_with_the_servers_words(folder: Folder, mailbox: Mailbox) -> None:
    mailbox.refuse_data = "554 looks like spam"
    with mail_server(mailbox) as port:
        said = failure(folder.settings(mail_settings(port)), for_good=True)
    assert (
        said == f"mail server 127.0.0.1:{port} refuses the mail to editor@blog.example: 554 looks like spam"
    )


@contextmanager
def answering(**answers: str) -> Iterator[int]:
    """A mail server that gives these answers: to each command by its name, and as its greeting."""

    class Handler(socketserver.StreamRequestHandler):
        def handle(self) -> None:
            said = answers.get("greeting", "220 mail")
            while said:
                self.wfile.write(f"{said}\r\n".encode())
                command = self.rfile.readline().decode().split(" ")[0].strip()
                said = answers.get(command.lower(), "250 OK") if command else ""

    with socketserver.ThreadingTCPServer(("127.0.0.1", 0), Handler) as server:
        thread = threading.Thread(target=server.serve_forever, args=(0.01,))
        thread.start()
        try:
            yield server.server_address[1]
        finally:
            server.shutdown()
            thread.join()


@pytest.mark.parametrize(
    "answers",
    [
        {"greeting": "554 5.7.1 your address is blocked for an hour"},
        {"ehlo": "550 not now", "helo": "550 not now"},
        {"mail": "530 5.7.0 authentication required"},
        {"rcpt": "530 5.7.0 authentication required"},
        {"data": "530 5.7.0 must issue a STARTTLS command first"},
    ],
    ids=["greeting", "EHLO", "login before MAIL", "login before RCPT", "STARTTLS before DATA"],
)
def test_a_server_that_refuses_the_connection_does_not_refuse_the_mail_for_good(
    folder: Folder, answers: dict[str, str]
) -> None:
    with answering(**answers) as port:
        said = failure(folder.settings(mail_settings(port)))
    assert next(iter(answers.values())) in said


def test_a_refused_sender_is_refused_for_good(folder: Folder) -> None:
    with answering(mail="553 no such sender") as port:
        assert "553 no such sender" in failure(folder.settings(mail_settings(port)), for_good=True)


def test_the_servers_words_are_one_plain_line(folder: Folder, mailbox: Mailbox) -> None:
    mailbox.refuse_data = "554-looks like spam\r\n554 \x1b[31mgo away"
    with mail_server(mailbox) as port:
        assert failure(folder.settings(mail_settings(port)), for_good=True).isprintable()


def test_a_server_that_is_not_there_is_told_with_what_to_check(folder: Folder, mailbox: Mailbox) -> None:
    with mail_server(mailbox) as port:
        pass
    said = failure(folder.settings(mail_settings(port)))
    assert said.startswith(f"mail server 127.0.0.1:{port} cannot be used: ")
    assert said.endswith("check [mail] host, port and security")


@pytest.mark.parametrize(
    "greeting",
    [
        b"",
        b"220 mail\r\n",  # here the library's own `send` would wait for the answer to its QUIT
    ],
    ids=["before it greets", "after it greeted"],
)
def test_a_server_that_hangs_is_given_up_when_the_job_is_cancelled(folder: Folder, greeting: bytes) -> None:
    async def run() -> bool:
        reached, ended, closed = asyncio.Event(), asyncio.Event(), asyncio.Event()

        async def hang(reader: asyncio.StreamReader, writer: asyncio.StreamWriter) -> None:
            if greeting:
                writer.write(greeting)
                await reader.readline()
            reached.set()
            await ended.wait()
            writer.close()
            closed.set()

        server = await asyncio.start_server(hang, "127.0.0.1", 0)
        settings = folder.settings(mail_settings(server.sockets[0].getsockname()[1]))
        sending = asyncio.create_task(send_mail(MAIL, "editor@blog.example", settings, date=NOW))
        await reached.wait()
        for _ in range(20):  # turns of the loop, until the client waits for an answer
            await asyncio.sleep(0)
        sending.cancel()
        done, _ = await asyncio.wait({sending}, timeout=1)
        ended.set()
        server.close()
        await asyncio.wait({sending})
        await closed.wait()
        await server.wait_closed()
        return bool(done)

    assert asyncio.run(run())


def composed(subject: str) -> bytes:
    mail = Mail(subject, MAIL.html, MAIL.text, MAIL.message_id, {})
    return compose(mail, sender="a@b.c", recipient="d@e.f", date=NOW).as_bytes()


@pytest.mark.parametrize("subject", ["a\nBcc: evil@example.org", "a\r\nBcc: x@y.z", "a\r\n\r\nbody"])
def test_a_line_break_in_a_subject_is_refused(subject: str) -> None:
    with pytest.raises(DeliveryError, match=r"d@e\.f: the mail cannot be written"):
        composed(subject)


@pytest.mark.parametrize(
    "subject",
    ["=?utf-8?q?a=0D=0ABcc:_evil@example.org?=", "=?utf-8?b?YQ0KDQpib2R5?=", "=?utf-8?q?=1B[31m?="],
)
def test_an_encoded_word_in_a_subject_is_mere_text(subject: str) -> None:
    raw = composed(f"1 post needs a follow-up: {subject}")
    message = message_from_bytes(raw, policy=policy.default)
    assert message["Bcc"] is None
    assert message.get_content_type() == "multipart/alternative"
    assert str(message["Subject"]).isprintable()


@settings(deadline=None)
@given(st.text(st.characters(exclude_categories=["C", "Zl", "Zp"]), max_size=100))
@example("x" * 3000)
@example("[x] ; , : <a@b.c> \"q\" 'q' 長" * 5)
def test_any_printable_subject_comes_out_as_it_went_in(subject: str) -> None:
    line = " ".join(subject.split())
    assume("=?" not in line)  # the test above
    message = message_from_bytes(composed(line), policy=policy.default)
    assert message["Subject"] == line
    assert message["To"] == "d@e.f"


@pytest.mark.parametrize(
    ("without", "named"),
    [
        ("host = ", "[mail] host"),
        ("from = ", "[mail] from"),
        ("password_file = ", "[mail] username"),
    ],
)
def test_the_first_setting_that_is_missing_is_named(folder: Folder, without: str, named: str) -> None:
    (folder.path / "mail.password").write_text("secret")
    whole = mail_settings(25, more='username = "editor"\npassword_file = "mail.password"\n')
    check_mail_settings(folder.settings(whole))
    lines = [line for line in whole.splitlines() if not line.startswith(without)]
    with pytest.raises(SettingsError) as raised:
        check_mail_settings(folder.settings("\n".join(lines)))
    assert str(raised.value).startswith(named)


def test_the_password_may_come_from_the_environment_alone(
    folder: Folder, monkeypatch: pytest.MonkeyPatch
) -> None:
    monkeypatch.setenv(PASSWORD_VARIABLE, "secret")
    check_mail_settings(folder.settings(mail_settings(25, more='username = "editor"\n')))


_HOSTILE = [".", '"', "(", ")", "[", "]", ":", "\\", "\x00", "=?utf-8?q?a=0D=0ABcc:_e?="]
_PIECES = st.one_of(
    *[st.sampled_from(["a", "b-c", "%", "ü", "日本", "d" * 80])] * 4, st.sampled_from(_HOSTILE)
)


@given(*[st.lists(_PIECES, min_size=1, max_size=4).map("".join)] * 2)
@example("=?utf-8?q?a=0D=0ABcc=3A_e?=", "b.example")
@example("ü%", "日本.b-c.example")
@example("a", "=?utf-8?q?a=0D=0ABcc:_e?=.example")
@example("a", "[b.example")
def test_an_address_of_the_settings_is_one_address_in_every_header(name: str, domain: str) -> None:
    address = f"{name}@{domain}"
    if not is_address(address):
        return  # the settings refuse it
    mail = Mail("Digest", "<p>Hello</p>", "Hello", "<1@blog.example>", {})
    for sender, recipient in ((address, "c@d.e"), ("c@d.e", address)):
        message = compose(mail, sender=sender, recipient=recipient, date=NOW)
        assert [message[key].addresses[0].addr_spec for key in ("From", "To")] == [sender, recipient]
        head = message.as_bytes(policy=policy.SMTPUTF8).partition(b"\r\n\r\n")[0]
        assert b"\nBcc:" not in head


def test_the_senders_domain(folder: Folder) -> None:
    assert sender_domain(folder.settings(mail_settings(25))) == "blog.example"
    assert sender_domain(folder.settings("")) == "localhost"


def test_a_chart_goes_inside_the_html(folder: Folder, mailbox: Mailbox) -> None:
    chart = b"\x89PNG\r\n\x1a\n" + bytes(range(256))
    mail = replace(MAIL, html='<p><img src="cid:chart" alt="x"></p>', chart=chart)
    with mail_server(mailbox) as port:
        settings = folder.settings(mail_settings(port))
        asyncio.run(send_mail(mail, "editor@blog.example", settings, date=NOW))
    ((_, message),) = mailbox.mails
    plain, related = message.iter_parts()
    assert (plain.get_content_type(), related.get_content_type()) == ("text/plain", "multipart/related")
    html, image = related.iter_parts()
    assert html.get_content().strip() == mail.html
    assert (image.get_content_type(), image["Content-ID"]) == ("image/png", "<chart>")
    assert image.get_content() == chart


def test_a_temporary_refusal_is_not_for_good(folder: Folder, mailbox: Mailbox) -> None:
    mailbox.refuse_data = "451 later"
    with mail_server(mailbox) as port:
        assert "451 later" in failure(folder.settings(mail_settings(port)))
