"""When feeds want to be asked again, by what they say of it before their first entry."""

from datetime import timedelta

import pytest
from hypothesis import given
from hypothesis import strategies as st

from crawler.parsing.document import Wishes
from crawler.parsing.entry import wishes_of
from crawler.parsing.feed import read_patiently, read_quickly
from tests.crawler.conftest import document, item

SYNDICATION = 'xmlns:sy="http://purl.org/rss/1.0/modules/syndication/"'


def rss(head: str, inside: str = "") -> str:
    """A feed that says this of itself, and this within its item."""
    return (
        f'<?xml version="1.0"?><rss version="2.0" {SYNDICATION}><channel><title>News</title>{head}'
        f"<item>{item('Chips', '/a', 'Text.')}{inside}</item></channel></rss>"
    )


def wishes(head: str, inside: str = "") -> Wishes:
    """What the feed wishes, by both ways of reading it."""
    feed = document(rss(head, inside))
    quick = read_quickly(feed)
    assert quick is not None
    assert quick.wishes == read_patiently(feed).wishes
    return quick.wishes


def test_a_feed_that_says_nothing_wishes_nothing() -> None:
    assert wishes("") == Wishes(None, frozenset(), frozenset())


@pytest.mark.parametrize(
    ("said", "minutes"),
    [("60", 60), (" 90\n", 90), ("1", 1), ("1440", 1440), ("999999999", 525_600)],
)
def test_a_ttl_is_a_number_of_minutes(said: str, minutes: int) -> None:
    assert wishes(f"<ttl>{said}</ttl>").ttl == timedelta(minutes=minutes)


@pytest.mark.parametrize(
    "said", ["", " ", "0", "-60", "an hour", "1h", "60.5", "1e3", "٣", "²", "9" * 10, "9" * 30]
)
def test_a_ttl_that_is_none_is_passed_over(said: str) -> None:
    assert wishes(f"<ttl>{said}</ttl>").ttl is None


@pytest.mark.parametrize(
    ("period", "frequency", "wait"),
    [
        ("hourly", "1", timedelta(hours=1)),
        ("hourly", "2", timedelta(minutes=30)),
        ("Daily", "4", timedelta(hours=6)),
        ("weekly", None, timedelta(weeks=1)),
        ("monthly", "1", timedelta(days=30)),
        ("yearly", "1", timedelta(days=365)),
        ("daily", "0", timedelta(days=1)),
        ("daily", "often", timedelta(days=1)),
        ("daily", "-2", timedelta(days=1)),
        ("fortnightly", "1", None),
        ("", "4", None),
        (None, "4", None),
    ],
)
def test_a_period_is_shared_by_its_frequency(
    period: str | None, frequency: str | None, wait: timedelta | None
) -> None:
    head = f"<sy:updatePeriod>\n\t{period}\t</sy:updatePeriod>" if period is not None else ""
    head += f"<sy:updateFrequency>{frequency}</sy:updateFrequency>" if frequency is not None else ""
    assert wishes(head).ttl == wait


def test_the_order_of_period_and_frequency_is_free() -> None:
    head = "<sy:updateFrequency>2</sy:updateFrequency><sy:updatePeriod>daily</sy:updatePeriod>"
    assert wishes(head).ttl == timedelta(hours=12)


def test_a_ttl_outweighs_a_period() -> None:
    assert wishes("<sy:updatePeriod>yearly</sy:updatePeriod><ttl>60</ttl>").ttl == timedelta(hours=1)
    assert wishes("<sy:updatePeriod>hourly</sy:updatePeriod><ttl>none</ttl>").ttl == timedelta(hours=1)


def test_hours_and_days_are_skipped() -> None:
    head = (
        "<skipHours>\n<hour>0</hour><hour> 5 </hour><hour>24</hour><hour>23</hour></skipHours>"
        "<skipDays><day>Sunday</day><day>saturday</day></skipDays>"
    )
    assert wishes(head) == Wishes(None, frozenset({0, 5, 23}), frozenset({5, 6}))


@pytest.mark.parametrize("said", ["", "-1", "noon", "1.5", "5h"])
def test_an_hour_that_is_none_is_passed_over(said: str) -> None:
    assert wishes(f"<skipHours><hour>{said}</hour><hour>7</hour></skipHours>").skip_hours == {7}


@pytest.mark.parametrize("said", ["", "Sun", "7", "Sonntag"])
def test_a_day_that_is_none_is_passed_over(said: str) -> None:
    assert wishes(f"<skipDays><day>{said}</day><day>Monday</day></skipDays>").skip_days == {0}


def test_a_feed_that_would_never_be_asked_skips_nothing() -> None:
    hours = "".join(f"<hour>{hour}</hour>" for hour in range(24))
    days = "".join(f"<day>{day}day</day>" for day in "Mon Tues Wednes Thurs Fri Satur Sun".split())
    assert wishes(f"<skipHours>{hours}</skipHours><skipDays>{days}</skipDays>") == Wishes()


def test_what_an_entry_says_is_no_wish_of_the_feed() -> None:
    inside = (
        "<ttl>5</ttl><sy:updatePeriod>hourly</sy:updatePeriod>"
        "<skipHours><hour>3</hour></skipHours><skipDays><day>Monday</day></skipDays>"
    )
    assert wishes("", inside) == Wishes()
    assert wishes("<ttl>60</ttl>", inside) == Wishes(timedelta(hours=1))


def test_what_stands_after_the_entries_is_not_looked_for() -> None:
    assert wishes_of(rss("").replace("</channel>", "<ttl>60</ttl></channel>")) == Wishes()


def test_a_feed_of_atom_or_rdf_may_have_a_period() -> None:
    period = "<sy:updatePeriod>daily</sy:updatePeriod>"
    entry = "<entry><title>t</title><link href='/a'/><sy:updatePeriod>hourly</sy:updatePeriod></entry>"
    atom = f'<feed xmlns="http://www.w3.org/2005/Atom" {SYNDICATION}>{period}{entry}</feed>'
    rdf = f'<rdf:RDF xmlns="http://purl.org/rss/1.0/"><channel>{period}</channel><item/></rdf:RDF>'
    for feed in (atom, rdf):
        assert wishes_of(feed).ttl == timedelta(days=1)


def test_a_head_without_end_is_not_searched_to_its_end() -> None:
    assert wishes_of(rss("<!--" + "x" * 30_000 + "--><ttl>60</ttl>")) == Wishes()


@given(st.text("<>/ \n:0123456789.ttlhourdaySkip-") | st.text())
def test_no_text_upsets_the_reading(said: str) -> None:
    for name in ("ttl", "hour", "day", "sy:updatePeriod", "sy:updateFrequency"):
        found = wishes_of(f"<skipHours><skipDays><{name}>{said}</{name}>")
        assert found.ttl is None or timedelta() < found.ttl <= timedelta(days=365)
        assert found.skip_hours <= set(range(24))
