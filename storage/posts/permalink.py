"""Where Jekyll publishes a post: https://jekyllrb.com/docs/permalinks/."""

import re
from collections.abc import Sequence
from datetime import date
from urllib.parse import quote

# Jekyll's built-in styles by name.
STYLES = {
    "date": "/:categories/:year/:month/:day/:title:output_ext",
    "pretty": "/:categories/:year/:month/:day/:title/",
    "ordinal": "/:categories/:year/:y_day/:title:output_ext",
    "none": "/:categories/:title:output_ext",
}
_PLACEHOLDER = re.compile(r":([a-z_]+)")


def permalink(pattern: str, *, day: date | None, slug: str, categories: Sequence[str] = ()) -> str:
    """The path of a post, percent-encoded, from a pattern or the name of a style.

    Placeholders that need a date are left empty for a post without one.
    """
    values = {
        "title": slug,
        "slug": slug,
        "categories": "/".join("-".join(category.lower().split()) for category in categories),
        "output_ext": ".html",
    }
    if day is not None:
        values |= {
            "year": f"{day:%Y}",
            "short_year": f"{day:%y}",
            "month": f"{day:%m}",
            "i_month": str(day.month),
            "day": f"{day:%d}",
            "i_day": str(day.day),
            "y_day": f"{day:%j}",
        }
    # Values are encoded on their own: a percent sign in one of them is not the beginning of a code.
    encoded = {name: quote(value) for name, value in values.items()}
    path = _PLACEHOLDER.sub(lambda match: encoded.get(match[1], ""), STYLES.get(pattern, pattern))
    return quote(re.sub("/{2,}", "/", "/" + path), safe="/%")  # what the pattern has encoded stays so
