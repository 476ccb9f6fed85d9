"""Counts in the English of commands and logs."""


def counted(count: int, noun: str) -> str:
    """A count and what is counted, in its plural unless there is one: `1 story`, `2,513 posts`."""
    if count == 1:
        return f"1 {noun}"
    return f"{count:,} {noun[:-1]}ies" if noun.endswith("y") else f"{count:,} {noun}s"
