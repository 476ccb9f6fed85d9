"""Handing a digest to the mail server."""

import ssl
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP
from urllib.parse import quote

import aiosmtplib

from scheduler.settings import Settings
from storage.digests.content import Mail
from storage.errors import DeliveryError, SettingsError

TIMEOUT = 30.0  # seconds that the server is given for each step
PERMANENT = 500  # the least code of a refusal that another try will not change: RFC 5321, 4.2.1
LOGIN_FIRST = 530  # no word on the mail, but on the connection: RFC 4954, 6, and RFC 3207, 4
# Who sends it, who gets it, what it says: any other answer is about the connection, and may change.
_OF_THE_MAIL = (aiosmtplib.SMTPSenderRefused, aiosmtplib.SMTPRecipientRefused, aiosmtplib.SMTPDataError)


def check_mail_settings(settings: Settings) -> None:
    """Raise `SettingsError`, naming the first one missing, unless the settings are enough to send mail."""
    if not settings.mail.host:
        raise SettingsError("[mail] host is missing; give the name of your mail server")
    if settings.mail.sender is None:
        raise SettingsError("[mail] from is missing; give the address that the digest comes from")
    if settings.mail.username and settings.password() is None:
        raise SettingsError("[mail] username is set but there is no password; set password_file")


def sender_domain(settings: Settings) -> str:
    """The domain that the digest comes from."""
    return (settings.mail.sender or "chipwatch@localhost").rpartition("@")[2]


def compose(mail: Mail, *, sender: str, recipient: str, date: datetime) -> EmailMessage:
    """The message as it is sent: text, and HTML with its chart inside.

    Raises `DeliveryError` for what no header may hold.
    """
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = recipient
        # Taken apart, "=?" is no encoded word: the library would decode one, line breaks included.
        message["Subject"] = mail.subject.replace("=?", "= ?")
        message["Date"] = date
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"  # RFC 3834: nobody's vacation answers it
        subject = quote(f"unsubscribe {recipient}")
        message["List-Unsubscribe"] = f"<mailto:{quote(sender, safe='@')}?subject={subject}>"  # RFC 2369
    except (ValueError, MessageError) as error:
        raise DeliveryError(f"{recipient}: the mail cannot be written ({error})", for_good=True) from error
    message.set_content(mail.text, charset="utf-8", cte="base64")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="base64")
    if mail.chart is not None:
        html = message.get_body(("html",))
        assert isinstance(html, EmailMessage)  # noqa: S101 - it was just added
        html.add_related(mail.chart, "image", "png", cid="<chart>", disposition="inline")
    return message


async def send_mail(written: Mail, recipient: str, settings: Settings, *, date: datetime) -> None:
    """Send a digest to an address; `date` is when it was made.

    Raises `DeliveryError` if the server cannot be reached, does not take the login, or refuses the mail,
    `SettingsError` if the settings are not enough, or the password cannot be read.
    """
    check_mail_settings(settings)
    mail = settings.mail
    message = compose(written, sender=mail.sender or "", recipient=recipient, date=date)
    where = f"mail server {mail.host}:{mail.port}"
    client = aiosmtplib.SMTP(
        hostname=mail.host,
        port=mail.port,
        use_tls=mail.security == "tls",
        start_tls=mail.security == "starttls",
        tls_context=None if mail.security == "none" else ssl.create_default_context(),
        timeout=TIMEOUT,
    )
    try:
        await client.connect()
        if mail.username:
            await client.login(mail.username, settings.password() or "")
        await client.send_message(message, sender=mail.sender, recipients=[recipient])
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusal = error.recipients[0]
        raise DeliveryError(
            f"{where} refuses {recipient}: {refusal.code} {refusal.message}; check [digest] to",
            for_good=_for_good(refusal),
        ) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise DeliveryError(
            f"{where} does not take the login: {error.code} {error.message}; check username and password"
        ) from error
    except aiosmtplib.SMTPResponseException as error:
        raise DeliveryError(
            f"{where} refuses the mail to {recipient}: {error.code} {error.message}",
            for_good=_for_good(error),
        ) from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryError(
            f"{where} cannot be used: {error}; check [mail] host, port and security"
        ) from error
    finally:
        # Without a QUIT: the mail is taken or it is not, and its answer may never come.
        client.close()


def _for_good(refusal: aiosmtplib.SMTPResponseException) -> bool:
    return isinstance(refusal, _OF_THE_MAIL) and refusal.code >= PERMANENT and refusal.code != LOGIN_FIRST
