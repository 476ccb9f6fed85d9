"""Every error that a user of chipwatch can meet.

    ChipwatchError          exit code 1
    ├── SettingsError       exit code 2: the settings file is missing or wrong
    ├── StorageError        the database cannot be opened, or is not ours to write
    │   └── HeldError       another daemon holds the database
    ├── InputError          exit code 2: a file or an argument that was handed in cannot be used
    ├── SourceError         an address gives no news
    └── DeliveryError       a digest was not taken, or not for this recipient

Each message is one line that names the thing and says what to do. What goes wrong with one source or one
post of many is not an exception but a result, see `storage.sources` and `storage.posts`.
"""


def plain_line(text: object) -> str:
    """One line that a terminal, a log or a mail shows as it stands: control characters come out harmless."""
    return " ".join("".join(char if char.isprintable() else " " for char in str(text)).split())


class ChipwatchError(Exception):
    """The root: a user error, shown as one line, whatever a server or a file put into it."""

    exit_code = 1

    def __init__(self, message: object) -> None:
        super().__init__(plain_line(message))


class SettingsError(ChipwatchError):
    """The settings file is missing, or a key or value in it is wrong."""

    exit_code = 2


class StorageError(ChipwatchError):
    """The database cannot be opened or used."""


class HeldError(StorageError):
    """Another daemon already works on this database."""


class InputError(ChipwatchError):
    """A file, a folder or a word on the command line that cannot be used."""

    exit_code = 2


class SourceError(ChipwatchError):
    """Nothing that can be read as news is at an address."""


class DeliveryError(ChipwatchError):
    """A digest was not taken: refused, or its server could not be reached."""

    def __init__(self, message: object, *, for_good: bool = False) -> None:
        super().__init__(message)
        self.for_good = for_good  # another try would end as this one did
