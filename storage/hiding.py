"""Text without the secrets that addresses carry: passwords, keys and tokens."""

import re

_LOGIN = re.compile(r"(?<=//)[^/?#\s\"'<>]+@")  # a password may itself hold an @
# A parameter is named by its last word: `api_key`, `access-token`, but not `monkey`.
_PARAMETER = re.compile(
    r"([?&;](?:[\w.-]*[_.-])?(?:api|access|auth|secret)?"
    r"(?:key|token|secret|password|passwd|pwd|pass|signature|sig|auth|credential|jwt))=[^&;#\s\"'<>]+",
    re.IGNORECASE,
)


def hide_secrets(text: str) -> str:
    """The text with logins and secret parameters of the addresses in it starred out."""
    if "//" not in text and "=" not in text:
        return text
    return _PARAMETER.sub(r"\1=***", _LOGIN.sub("***@", text))
