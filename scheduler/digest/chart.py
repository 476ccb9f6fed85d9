"""The chart of the last days: bars for the follow-ups that were opened, before bars for what was read.

No text stands in it: the sentence beside it is in the reader's language, and is its alternative text.
"""

from collections.abc import Sequence
from io import BytesIO

from storage.digests.content import Day

WIDTH, HEIGHT = 560, 64  # as shown, in CSS pixels
SCALE = 2  # pixels drawn for each, so that it is sharp on fine screens
# Middle tones, on nothing: they are seen on a light ground and on a dark one.
ITEMS, FOLLOWUPS, LINE = (150, 164, 178, 140), (66, 133, 244, 255), (150, 164, 178, 255)


def draw_days(days: Sequence[Day]) -> bytes | None:
    """A PNG of the days, the last one at the right; none if nothing happened on any of them.

    Each kind of bar has its own scale, so that a few follow-ups are seen beside thousands of items.
    """
    most = [max((count(day) for day in days), default=0) for count in (_items, _followups)]
    if not any(most):
        return None
    from PIL import Image, ImageDraw  # only a digest needs it

    width, height = WIDTH * SCALE, HEIGHT * SCALE
    image = Image.new("RGBA", (width, height), (0, 0, 0, 0))
    drawing = ImageDraw.Draw(image)
    column = width / len(days)
    for place, day in enumerate(days):
        for count, highest, share, color in (
            (_items, most[0], 0.76, ITEMS),
            (_followups, most[1], 0.36, FOLLOWUPS),
        ):
            if not count(day):
                continue
            tall = max(2 * SCALE, round(count(day) / highest * (height - 3 * SCALE)))
            left = (place + (1 - share) / 2) * column
            drawing.rectangle(
                (round(left), height - SCALE - tall, round(left + share * column), height - SCALE), color
            )
    drawing.rectangle((0, height - SCALE, width, height), LINE)
    file = BytesIO()
    image.save(file, "PNG", optimize=True)
    return file.getvalue()


def _items(day: Day) -> int:
    return day.items


def _followups(day: Day) -> int:
    return day.followups
