"""Why a document could not be read."""


class UnreadableError(Exception):
    """The document is not what its source should give; the message says what it is instead."""
