"""What an editor wants of a post's follow-ups: front matter with `followup: evergreen` or `never`."""

EVERGREEN, NEVER = "evergreen", "never"  # only what contradicts or replaces the post is raised; nothing is


def read_wish(value: object) -> str | None:
    """The wish that a front matter's value says, "" where it says none, nothing where it is not understood.

    YAML reads `no` and `off` as false, which can only mean never.
    """
    if value is None or value is True or value == "":
        return ""
    if value is False:
        return NEVER
    said = value.strip().lower() if isinstance(value, str) else ""
    return said if said in (EVERGREEN, NEVER) else None
