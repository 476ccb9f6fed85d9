"""Why a document could not be read."""

from crawler.failures import Failed


class UnreadableError(Failed):
    """The document is not what its source should give; the message says what it is instead."""
