"""When two addresses are the same article's, and what is an address at all."""

import pytest
from hypothesis import given, settings
from hypothesis import strategies as st
from hypothesis.provisional import urls

from storage.urls import canonical_url, is_web_url

PLAIN = "https://news.example/chips/1"

_HOSTS = (
    "a.example WWW.A.Example a.example. www.www.a.example www. [::1] [2001:DB8::1] bücher.example 例え.テスト"
)
_PORTS = ["", ":", ":80", ":443", ":8080", ":0080"]
_PATHS = ["", "/", "//", "/a/../b/", "/%2F", "/%", "/%zz", "/;x", "/日本 語", "/%E3%81"]
_PAIRS = "utm_source=x ref=x REF=1 b=2 a=1 a a= = & a=%26 id=1;b=2 fbclid=1 x=? a=+ a=%20 a=%E3%81".split()
_FRAGMENTS = ["", "#", "#a", "#:~:text=x", "#utm_source=x", "#a?b=1", "#!/x"]

_hostile_urls = st.builds(
    "{}{}{}{}{}{}".format,
    st.sampled_from(["http://", "https://", "HTTPS://", " http://"]),
    st.sampled_from(_HOSTS.split()) | st.text(min_size=1, max_size=8),
    st.sampled_from(_PORTS),
    st.sampled_from(_PATHS) | st.text(max_size=12).map("/{}".format),
    st.lists(st.sampled_from(_PAIRS), max_size=4).map(lambda pairs: "?" + "&".join(pairs))
    | st.text(max_size=12).map("?{}".format),
    st.sampled_from(_FRAGMENTS) | st.text(max_size=8).map("#{}".format),
)
addresses = (_hostile_urls | urls() | st.text(max_size=30)).filter(is_web_url)


@settings(max_examples=200, deadline=None)
@given(url=addresses, keep_fragment=st.booleans())
def test_the_canonical_form_of_any_address_is_its_own(url: str, keep_fragment: bool) -> None:
    once = canonical_url(url, keep_fragment=keep_fragment)
    assert once.startswith("https://")
    assert canonical_url(once, keep_fragment=keep_fragment) == once


# Of the few letters that most addresses are made of, so that they collide with every rule.
simple = st.builds(
    "{}://{}{}{}".format,
    st.sampled_from(["http", "https"]),
    st.text("w.a-1", min_size=1, max_size=12)
    | st.sampled_from(["www.news.example", "www.www.a.b", "xn--a.b"]),
    st.sampled_from(["", ":80", ":443", ":8080", ":8", ":99999", ":0"]),
    st.text("/a.~_-1A", max_size=12).map(lambda path: f"/{path}") | st.just(""),
)


@settings(max_examples=1000, deadline=None)
@given(url=simple)
def test_a_simple_address_is_read_as_any_other_one_is(url: str) -> None:
    """A fragment, which an article's address is known without, has it taken apart by all rules."""
    fragment = f"{url}#x"
    assert is_web_url(url) == is_web_url(fragment)
    if is_web_url(url):
        assert canonical_url(url) == canonical_url(url, keep_fragment=True) == canonical_url(fragment)
        assert canonical_url(fragment, keep_fragment=True) == f"{canonical_url(url)}#x"


@given(url=st.text())
def test_anything_can_be_asked_whether_it_is_an_address(url: str) -> None:
    assert is_web_url(url) in (True, False)


@pytest.mark.parametrize("host", ["www.www.news.example", "www."])
def test_a_host_that_is_called_www_twice_or_only_that_is_at_rest_too(host: str) -> None:
    once = canonical_url(f"https://{host}/")
    assert is_web_url(once)
    assert canonical_url(once) == once


def test_an_address_that_cannot_be_written_down_is_none() -> None:
    assert not is_web_url("https://news.example/\ud800")


@pytest.mark.parametrize(
    "url",
    [
        "http://news.example/chips/1",
        "https://www.news.example/chips/1",
        "https://NEWS.example/chips/1",
        "  https://news.example/chips/1\n",
        "https://news.example/chips/1/",
        "https://news.example//chips/1",
        "https://news.example/chips/../chips/1",
        "https://news.example/%63hips/1",
        "http://news.example:80/chips/1",
        "https://news.example:443/chips/1",
        "https://reader@news.example/chips/1",
        "https://news.example/chips/1?",
        "https://news.example/chips/1#comments",
        "https://news.example/chips/1#:~:text=volume%20production",
        "https://news.example/chips/1?utm_source=rss&utm_medium=feed",
        "https://news.example/chips/1?UTM_CAMPAIGN=x",
        "https://news.example/chips/1?fbclid=abc&gclid=def#top",
        "https://news.example/chips/1?ref=homepage&at_medium=RSS&guccounter=1",
    ],
)
def test_another_spelling_is_the_same_article(url: str) -> None:
    assert canonical_url(url) == PLAIN


@pytest.mark.parametrize(
    "url",
    [
        "https://news.example/chips/2",
        "https://news.example/Chips/1",
        "https://news.example/chips/1?page=2",
        "https://news.example/chips/1?id=7",
        "https://news.example/chips%2F1",
        "https://news.example:8080/chips/1",
        "https://m.news.example/chips/1",
        "https://news.example.org/chips/1",
    ],
)
def test_another_place_is_another_article(url: str) -> None:
    assert canonical_url(url) != PLAIN


def test_the_order_of_a_query_does_not_matter_but_its_values_do() -> None:
    assert canonical_url("https://a.example/v?no=1&cat=2") == canonical_url("https://a.example/v?cat=2&no=1")
    assert canonical_url("https://a.example/v?no=1&cat=2") != canonical_url("https://a.example/v?no=2&cat=1")


@pytest.mark.parametrize("parameter", ["id", "no", "p", "idxno", "aid", "article_id", "newsid", "tid"])
def test_a_number_in_the_query_tells_articles_apart(parameter: str) -> None:
    first, second = (f"https://news.example/view?{parameter}={number}" for number in (1, 2))
    assert canonical_url(first) != canonical_url(second)


@pytest.mark.parametrize("parameter", ["cid", "uid", "gallery_id", "game", "glossary", "reference"])
def test_a_parameter_that_begins_like_a_tracker_tells_articles_apart(parameter: str) -> None:
    first, second = (f"https://news.example/view?{parameter}={number}" for number in (1, 2))
    assert canonical_url(first) != canonical_url(second)


def test_a_query_that_is_only_a_number_tells_articles_apart() -> None:
    assert canonical_url("https://news.example/view?20261124001") != canonical_url(
        "https://news.example/view?20261124002"
    )


def test_all_values_of_a_parameter_tell_articles_apart() -> None:
    assert canonical_url("https://a.example/v?tag=1&tag=2") != canonical_url("https://a.example/v?tag=1")


def test_a_fragment_stays_where_items_share_a_page() -> None:
    kept = canonical_url("http://www.news.example/brief/?utm_source=rss#item-2", keep_fragment=True)
    assert kept == "https://news.example/brief#item-2"


def test_a_host_in_another_script_is_one_in_both_spellings() -> None:
    names = ["http://bücher.example/ä", "https://xn--bcher-kva.example/%C3%A4", "https://BÜCHER.example/ä/"]
    assert len({canonical_url(name) for name in names}) == 1


def test_an_ipv6_host_keeps_its_brackets_and_port() -> None:
    assert canonical_url("http://[2001:DB8::1]:8080/x/") == "https://[2001:db8::1]:8080/x"


@pytest.mark.parametrize(
    "url",
    [
        "http://a.example",
        "https://a.example/x",
        "HTTPS://A.example",
        " https://a.example ",
        "http://[::1]:8080/",
    ],
)
def test_web_addresses(url: str) -> None:
    assert is_web_url(url)


@pytest.mark.parametrize(
    "url",
    [
        "",
        "/chips/1",
        "//a.example/x",
        "a.example/x",
        "http:/a.example",
        "http://",
        "http:///x",
        "ftp://a.example/x",
        "javascript:alert(1)",
        "mailto:editor@a.example",
        "data:text/html,x",
        "http://[::1",
        "http://a.example:port/",
        "http://a.example:70000/",
        "http://a.example:0/",
        "tag:a.example,2026:1",
    ],
)
def test_what_is_no_web_address(url: str) -> None:
    assert not is_web_url(url)


def test_a_parameter_that_only_says_that_a_feed_was_read_is_dropped() -> None:
    assert canonical_url("https://a.example/1?from=rss&id=7") == "https://a.example/1?id=7"
    assert canonical_url("https://a.example/1?source=feed") == "https://a.example/1"
    assert canonical_url("https://a.example/1?source=reuters") == "https://a.example/1?source=reuters"
