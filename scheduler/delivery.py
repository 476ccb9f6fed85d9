"""Handing a digest to the mail server."""

import ssl
from datetime import datetime
from email.errors import MessageError
from email.message import EmailMessage
from email.policy import SMTP

import aiosmtplib

from scheduler.settings import Settings
from storage.digests import Mail, Outgoing
from storage.errors import DeliveryError, SettingsError

TIMEOUT = 30.0  # seconds that the server is given for each step


def check_mail_settings(settings: Settings) -> None:
    """Raise `SettingsError`, naming the first one missing, unless the settings are enough to send mail."""
    if not settings.digest.to:
        raise SettingsError(
            '[digest] to is empty; give at least one address, such as ["editor@blog.example"]'
        )
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
    """The message as it is sent: text and HTML. Raises `DeliveryError` for what no header may hold."""
    message = EmailMessage(policy=SMTP)
    try:
        message["From"] = sender
        message["To"] = recipient
        # Taken apart, "=?" is no encoded word: the library would decode one, line breaks included.
        message["Subject"] = mail.subject.replace("=?", "= ?")
        message["Date"] = date
        message["Message-ID"] = mail.message_id
        message["Auto-Submitted"] = "auto-generated"
    except (ValueError, MessageError) as error:
        raise DeliveryError(f"{recipient}: the mail cannot be written ({error})") from error
    message.set_content(mail.text, charset="utf-8", cte="base64")
    message.add_alternative(mail.html, subtype="html", charset="utf-8", cte="base64")
    return message


async def deliver(outgoing: Outgoing, settings: Settings) -> None:
    """Send one mail to its recipient.

    Raises `DeliveryError` if the server cannot be reached, does not take the login, or refuses the mail,
    `SettingsError` if the password cannot be read.
    """
    mail = settings.mail
    if mail.sender is None:
        raise SettingsError("[mail] from is missing; give the address that the digest comes from")
    message = compose(
        outgoing.mail, sender=mail.sender, recipient=outgoing.recipient, date=outgoing.created_at
    )
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
        await client.send_message(message, sender=mail.sender, recipients=[outgoing.recipient])
    except aiosmtplib.SMTPRecipientsRefused as error:
        refusal = error.recipients[0]
        raise DeliveryError(
            f"{where} refuses {outgoing.recipient}: {refusal.code} {refusal.message}; check [digest] to"
        ) from error
    except aiosmtplib.SMTPAuthenticationError as error:
        raise DeliveryError(
            f"{where} does not take the login: {error.code} {error.message}; check username and password"
        ) from error
    except aiosmtplib.SMTPResponseException as error:
        raise DeliveryError(f"{where} refuses the mail: {error.code} {error.message}") from error
    except (aiosmtplib.SMTPException, OSError, ValueError) as error:
        raise DeliveryError(
            f"{where} cannot be used: {error}; check [mail] host, port and security"
        ) from error
    finally:
        # Without a QUIT: the mail is taken or it is not, and its answer may never come.
        client.close()
