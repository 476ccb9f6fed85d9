"""Handing a digest to a chat service by Apprise, which knows more than a hundred of them."""

from importlib.util import find_spec

from storage.digests.content import Mail
from storage.errors import DeliveryError, SettingsError


def check_chat() -> None:
    """Raise `SettingsError` if Apprise is missing."""
    if find_spec("apprise") is None:
        raise SettingsError("[digest] chat_file needs Apprise: pip install 'chipwatch[chat]'")


async def send_chat(mail: Mail, name: str, url: str) -> None:
    """Send the digest's text to the service at an Apprise URL.

    Raises `DeliveryError` if the service does not take it, `SettingsError` if the URL is none that Apprise
    knows, or Apprise is missing. The URL holds a secret: no message names it.
    """
    check_chat()
    import apprise  # an extra, and slow to load

    service = apprise.Apprise()
    if not service.add(url):
        raise SettingsError(f"[digest] chat_file: the URL of {name} is none that Apprise knows; mend it")
    taken = await service.async_notify(
        body=mail.text, title=mail.subject, body_format=apprise.NotifyFormat.TEXT
    )
    if not taken:
        raise DeliveryError(f"{name} did not take the digest; check its URL in [digest] chat_file")
