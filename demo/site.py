"""The news site of the demo, made from `news.toml` and served on loopback."""

import threading
import tomllib
from collections.abc import Iterator, Mapping
from contextlib import contextmanager
from dataclasses import dataclass
from datetime import datetime, timedelta
from email.utils import format_datetime
from html import escape
from http.server import BaseHTTPRequestHandler, ThreadingHTTPServer
from pathlib import Path
from typing import Any

NEWS = Path(__file__).parent / "news.toml"
NOTICE = "A made-up news site that ships with chipwatch: nothing reported here has happened."


@dataclass(frozen=True)
class Page:
    """One answer of the site."""

    content_type: str
    body: bytes


@dataclass(frozen=True)
class Site:
    """One of the small sites: what chipwatch calls a source."""

    name: str
    kind: str  # as in a source: feed, listing, sitemap
    path: str


def read_news() -> dict[str, Any]:
    """The sites and articles of the demo."""
    return tomllib.loads(NEWS.read_text(encoding="utf-8"))


def sites(news: Mapping[str, Any]) -> list[Site]:
    """The sources that the news sites offer."""
    kinds = {
        "rss": ("feed", "feed.xml"),
        "atom": ("feed", "atom.xml"),
        "listing": ("listing", ""),
        "sitemap": ("sitemap", "sitemap.xml"),
    }
    return [
        Site(site["name"], kinds[site["kind"]][0], f"/{site['slug']}/{kinds[site['kind']][1]}")
        for site in news["sites"]
    ]


def pages(news: Mapping[str, Any], base: str, now: datetime) -> dict[str, Page]:
    """Every page of the sites by its path; articles are as old as `news.toml` says, counted from now."""
    made: dict[str, Page] = {}
    makers = {"rss": _rss, "atom": _atom, "listing": _front_page, "sitemap": _sitemap}
    for site, source in zip(news["sites"], sites(news), strict=True):
        articles = [
            {
                **article,
                "url": f"{base}/{site['slug']}/{article['slug']}.html",
                "when": now - timedelta(hours=article["hours_ago"]),
            }
            for article in news["articles"]
            if article["site"] == site["slug"]
        ]
        articles.sort(key=lambda article: article["hours_ago"])
        made[source.path] = makers[site["kind"]](site, articles, f"{base}/{site['slug']}/")
        for article in articles:
            made[f"/{site['slug']}/{article['slug']}.html"] = _article(site, article)
    return made


@contextmanager
def served(news: Mapping[str, Any], now: datetime) -> Iterator[str]:
    """Serve the sites on a free port of loopback for the length of the block; gives the base URL."""
    made: dict[str, Page] = {}

    class Handler(BaseHTTPRequestHandler):
        def do_GET(self) -> None:
            page = made.get(self.path)
            self.send_response(200 if page else 404)
            self.send_header("Content-Type", page.content_type if page else "text/plain")
            self.send_header("Content-Length", str(len(page.body) if page else 0))
            self.end_headers()
            if page:
                self.wfile.write(page.body)

        def log_message(self, format: str, *args: object) -> None:
            """Say nothing: the demo's own output is what is to be read."""

    server = ThreadingHTTPServer(("127.0.0.1", 0), Handler)
    base = f"http://127.0.0.1:{server.server_address[1]}"
    made.update(pages(news, base, now))
    thread = threading.Thread(target=server.serve_forever, daemon=True)
    thread.start()
    try:
        yield base
    finally:
        server.shutdown()
        server.server_close()
        thread.join()


def _xml(body: str) -> bytes:
    return f'<?xml version="1.0" encoding="utf-8"?>\n{body}\n'.encode()


def _rss(site: Mapping[str, Any], articles: list[dict[str, Any]], home: str) -> Page:
    items = "".join(
        f"<item><guid isPermaLink='false'>{a['slug']}</guid><title>{escape(a['title'])}</title>"
        f"<link>{a['url']}?utm_source=rss</link><pubDate>{format_datetime(a['when'])}</pubDate>"
        f"<description>{escape('<p>' + escape(a['summary']) + '</p>')}</description></item>"
        for a in articles
    )
    return Page(
        "application/rss+xml",
        _xml(
            f"<rss version='2.0'><channel><title>{escape(site['name'])}</title><link>{home}</link>"
            f"<language>{site['lang']}</language><description>{NOTICE}</description>{items}</channel></rss>"
        ),
    )


def _atom(site: Mapping[str, Any], articles: list[dict[str, Any]], home: str) -> Page:
    entries = "".join(
        f"<entry><id>urn:demo:{a['slug']}</id><title>{escape(a['title'])}</title><link href='{a['url']}'/>"
        f"<updated>{a['when'].isoformat()}</updated><summary>{escape(a['summary'])}</summary></entry>"
        for a in articles
    )
    return Page(
        "application/atom+xml",
        _xml(
            f"<feed xmlns='http://www.w3.org/2005/Atom' xml:lang='{site['lang']}'><id>{home}</id>"
            f"<title>{escape(site['name'])}</title><updated>{articles[0]['when'].isoformat()}</updated>"
            f"<subtitle>{NOTICE}</subtitle>{entries}</feed>"
        ),
    )


def _sitemap(site: Mapping[str, Any], articles: list[dict[str, Any]], home: str) -> Page:
    urls = "".join(
        f"<url><loc>{a['url']}</loc><news:news><news:publication><news:name>{escape(site['name'])}</news:name>"
        f"<news:language>{site['lang']}</news:language></news:publication>"
        f"<news:publication_date>{a['when'].isoformat()}</news:publication_date>"
        f"<news:title>{escape(a['title'])}</news:title></news:news></url>"
        for a in articles
    )
    return Page(
        "application/xml",
        _xml(
            "<urlset xmlns='http://www.sitemaps.org/schemas/sitemap/0.9' "
            f"xmlns:news='http://www.google.com/schemas/sitemap-news/0.9'>{urls}</urlset>"
        ),
    )


def _front_page(site: Mapping[str, Any], articles: list[dict[str, Any]], home: str) -> Page:
    teasers = "".join(
        f"<article><h2><a href='{a['slug']}.html'>{escape(a['title'])}</a></h2>"
        f"<time datetime='{a['when'].isoformat()}'>{a['when']:%m-%d %H:%M}</time>"
        f"<p>{escape(a['summary'])}</p></article>"
        for a in articles
    )
    menu = f"<nav><a href='{home}'>首页</a><a href='{home}about.html'>关于我们</a></nav>"
    return _html(site, site["name"], f"{menu}<main>{teasers}</main>")


def _article(site: Mapping[str, Any], article: Mapping[str, Any]) -> Page:
    body = "".join(f"<p>{escape(part.strip())}</p>" for part in article["body"].split("\n\n") if part.strip())
    title = escape(article["title"])
    return _html(site, article["title"], f"<article><h1>{title}</h1>{body}</article>")


def _html(site: Mapping[str, Any], title: str, body: str) -> Page:
    return Page(
        "text/html; charset=utf-8",
        f"<!DOCTYPE html><html lang='{site['lang']}'><head><meta charset='utf-8'>"
        f"<title>{escape(title)}</title></head><body>{body}<footer>{NOTICE}</footer></body></html>".encode(),
    )
