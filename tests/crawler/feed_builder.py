"""Feeds of every kind, built from pieces: what real ones are made of, and what they get wrong."""

import random
from collections.abc import Callable
from dataclasses import dataclass
from xml.sax.saxutils import escape

RSS_KINDS = ("0.91", "0.92", "2.0")
KINDS = (*RSS_KINDS, "rdf", "atom03", "atom10")
ATOM_03, ATOM_10 = "http://purl.org/atom/ns#", "http://www.w3.org/2005/Atom"

NAMESPACES = {
    "rdf": "http://www.w3.org/1999/02/22-rdf-syntax-ns#",
    "dc": "http://purl.org/dc/elements/1.1/",
    "dcterms": "http://purl.org/dc/terms/",
    "content": "http://purl.org/rss/1.0/modules/content/",
    "sy": "http://purl.org/rss/1.0/modules/syndication/",
    "slash": "http://purl.org/rss/1.0/modules/slash/",
    "wfw": "http://wellformedweb.org/CommentAPI/",
    "thr": "http://purl.org/syndication/thread/1.0",
    "media": "http://search.yahoo.com/mrss/",
    "itunes": "http://www.itunes.com/dtds/podcast-1.0.dtd",
    "feedburner": "http://rssnamespace.org/feedburner/ext/1.0",
    "georss": "http://www.georss.org/georss",
    "atom": ATOM_10,
    "own": "https://news.example/ns",
}
WORDS = (
    "TSMC plans a second fab in Arizona",
    "The yield of its 2nm node is said to be above 60 percent",
    "Rapidus ラピダス、試作ラインを北海道で稼働",
    "経産省、半導体支援策を発表",
    "台積電擴產計畫公布，二奈米製程",
    "芯片新闻：台积电扩产计划公布",
    "삼성전자, HBM4 양산 시작",
    "Neue Chipfabrik in Dresden für die Automobilindustrie",
    "Une usine de puces à Grenoble – déjà prévue",
    "R&D <b>spending</b> rises & falls",
    "“Curly” quotes’ and — dashes…",
    "5 > 3 and 2 < 4",
    "AT&amp;T &lt;em&gt;orders&lt;/em&gt; chips",
    "2&nbsp;nm &mdash; now",
    "",
)
ODD_WORDS = (
    "cafÃ© in Kumamoto",
    "it\x92s a byte of Windows",
    "&#8217;s &#146;s &#xD800; &#99999999999;",
    "   ",
)
MARKUP = (
    "<p>First.</p><p>Second<br/>third.</p>",
    "<p>Unclosed <b>bold<p>next",
    "<div>Text<script>steal()</script><style>p{}</style></div>",
    "<ul><li>one<li>two</ul><!-- not this --><img src='/a.png' alt=\"x\"/>",
    '<a href="relative">a link</a> &copy; 2026 &amp;lt;tag&amp;gt;',
    "<table><tr><td>a</td><td>b</td></tr></table><iframe src='//x.example/'></iframe>",
    "<svg><title>drawn</title></svg>After it",
    "<!DOCTYPE html><p>A page</p>",
    "<?php echo 1 ?>Left over",
    "a <unknown:tag>b</unknown:tag> c <3",
)
LINKS = (
    "https://news.example/2026/a",
    "https://news.example/b?id=1&utm_source=rss",
    "http://www.news.example/c#part",
    "/d",
    "e.html",
    "../f",
    "//cdn.example/g",
    "?id=7",
    "https://news.example/記事/１",
)
ODD_LINKS = (
    "https://news.example/h?a=1&amp;b=2",
    "https:///news.example/i",
    "  https://news.example/j\n",
    "https://news.example/k l",
    "mailto:desk@news.example",
    "javascript:alert(1)",
    "",
)
IDS = (
    "https://news.example/2026/a",
    "tag:news.example,2026:1",
    "urn:uuid:60a76c80-d399-11d9-b93c-0003939e0af6",
    "12345",
    "/relative/id",
    " spaced ",
    "記事-1",
    "",
)
DATES = (
    "Tue, 24 Nov 2026 10:00:00 GMT",
    "Tue, 24 Nov 2026 10:00:00 +0900",
    "24 Nov 2026 10:00 EST",
    "2026-11-24T10:00:00Z",
    "2026-11-24T10:00:00.123+09:00",
)
ODD_DATES = (
    "2026-11-24",
    "2026-11-24 10:00:00",
    "Thu, 26 Nov 2030 12:00:00 GMT",
    "1970-01-01T00:00:00Z",
    "2026년 11월 24일 오전 10:00",
    "2026-W48-2",
    "soon",
    "",
)
# Elements that leave an entry as it is, or that feedparser reads by rules of its own.
EXTRAS = (
    "<category>chips</category>",
    '<category term="chips"/>',
    "<comments>https://news.example/a#comments</comments>",
    '<enclosure url="https://news.example/a.mp3" length="1" type="audio/mpeg"/>',
    '<source url="https://other.example/feed">Other</source>',
    "<dc:creator>A. Writer</dc:creator>",
    "<dc:subject>chips</dc:subject>",
    "<slash:comments>3</slash:comments>",
    "<wfw:commentRss>https://news.example/a/feed</wfw:commentRss>",
    "<thr:total>0</thr:total>",
    '<media:content url="https://news.example/a.jpg" medium="image"/>',
    '<media:thumbnail url="https://news.example/a.jpg"/>',
    "<itunes:duration>10:00</itunes:duration>",
    "<itunes:title>Another name</itunes:title>",
    '<itunes:image href="https://news.example/a.jpg"/>',
    "<georss:point>45.2 -71.9</georss:point>",
    "<own:thing>own</own:thing>",
    '<own:thing attribute="1">own</own:thing>',
    "<!-- a comment -->",
    "<?instruction of some kind?>",
    "stray text",
)
ODDITIES = (
    '<media:content url="/a.jpg"><media:title>Of the picture</media:title></media:content>',
    "<media:group><media:description>Of the picture</media:description></media:group>",
    "<media:title>Of the picture</media:title>",
    "<itunes:summary>A summary of its own, which is longer than others are</itunes:summary>",
    "<itunes:subtitle>Sub</itunes:subtitle>",
    "<dc:title>Of the core</dc:title>",
    "<dc:description>Of the core</dc:description>",
    "<dc:identifier>id-of-the-core</dc:identifier>",
    "<dc:language>ja</dc:language>",
    "<dcterms:modified>2026-11-20T00:00:00Z</dcterms:modified>",
    "<dcterms:issued>2026-11-19T00:00:00Z</dcterms:issued>",
    "<pubdate>Mon, 23 Nov 2026 10:00:00 GMT</pubdate>",
    "<lastBuildDate>Mon, 23 Nov 2026 10:00:00 GMT</lastBuildDate>",
    "<date>2026-11-22</date>",
    "<Title>In capitals</Title>",
    "<title>Said again</title>",
    "<description>Said again, and longer than it was before, by some words</description>",
    "<link>https://news.example/again</link>",
    "<atom:link href='https://news.example/atom'/>",
    "<atom:link rel='self' href='https://news.example/self'/>",
    "<atom:link rel='Alternate' type='text/html' href='/other'/>",
    "<atom:link rel='alternate' type='application/json' href='/json'/>",
    "<atom:link rel='alternate' type='html' href='/html'/>",
    "<atom:link>https://news.example/text</atom:link>",
    "<link rel='alternate' href='https://news.example/href'/>",
    "<link url='https://news.example/url'/>",
    "<atom:updated>2026-11-18T00:00:00Z</atom:updated>",
    "<atom:summary>Of Atom</atom:summary>",
    "<content>Of no namespace</content>",
    "<body>Of a page</body>",
    "<abstract>An abstract</abstract>",
    "<image><url>/i.png</url><title>Image</title><link>/i</link></image>",
    "<image>https://news.example/i.png</image>",
    "<textInput><title>Search</title><name>q</name></textInput>",
    "<source><title>Of the source</title><id>urn:source</id><link href='/source'/></source>",
    "<author><name>A</name><uri>https://a.example/</uri></author>",
    "<links>none</links>",
    "<published_parsed>now</published_parsed>",
    "<item><title>Within</title><link>/within</link></item>",
    "<feedburner:origLink>https://news.example/original</feedburner:origLink>",
    "<feedburner:origLink of='x'>https://news.example/original</feedburner:origLink>",
    "<foo xmlns='urn:foo'><title>Of another kind</title></foo>",
    "<x:date xmlns:x='urn:x'>2026-11-01</x:date>",
    "<dc:date xmlns:dc='urn:not-dublin'>2026-11-01</dc:date>",
    "<c:encoded xmlns:c='http://purl.org/rss/1.0/modules/content/'>By another prefix</c:encoded>",
    "<description type='application/xhtml+xml'><p xmlns='http://www.w3.org/1999/xhtml'>X</p></description>",
    "<description mode='base64'>VGV4dA==</description>",
    "<guid isPermaLink='true'>/permanent</guid>",
    "<guid ispermalink='false'>https://news.example/not</guid>",
    "<creativeCommons:license xmlns:creativeCommons='http://backend.userland.com/creativeCommonsRssModule'>"
    "https://cc.example/</creativeCommons:license>",
)
HEADS = (
    "<language>en-us</language>",
    "<language>ja</language>",
    "<language/>",
    "<dc:language>ja</dc:language>",
    "<ttl>60</ttl>",
    "<sy:updatePeriod>hourly</sy:updatePeriod><sy:updateFrequency>2</sy:updateFrequency>",
    "<skipHours><hour>1</hour><hour>2</hour></skipHours><skipDays><day>Sunday</day></skipDays>",
    "<lastBuildDate>Tue, 24 Nov 2026 10:00:00 GMT</lastBuildDate>",
    "<image><url>/logo.png</url><title>Logo</title><link>https://news.example/</link></image>",
    "<image/>",
    "<textInput><title>Search</title><name>q</name><link>/q</link></textInput>",
    "<textInput/>",
    "<atom:link rel='self' href='https://news.example/feed'/>",
    "<itunes:owner><itunes:name>N</itunes:name><itunes:email>e@x.example</itunes:email></itunes:owner>",
    "<itunes:author>N</itunes:author>",
    "<generator>Maker 1.0</generator>",
    "<copyright>© 2026</copyright>",
    "<!-- a comment -->",
)
ODD_HEADS = (
    "<Language>ko</Language>",
    "<item/>",
    "<entry><title>Elsewhere</title><link>/elsewhere</link></entry>",
    "<image><item><title>Within</title><link>/within</link></item></image>",
    "<image><language>ko</language></image>",
    "<channel><title>Within</title></channel>",
    "<dc:title>Of the core</dc:title>",
    "<dc:language>en</dc:language>",
)
# What befalls a whole document; most of it leaves no well-formed one.
DAMAGES = (
    "cut off", "unclosed tag", "undefined entity", "bare ampersand", "text after the end", "a tag too many",
    "control character", "impossible reference", "undeclared prefix", "undeclared document type",
    "byte order mark", "leading blanks", "leading comment", "second declaration", "base", "bare base",
    "trailing comment", "carriage returns", "language of the root", "bare language", "deep",
    "entities declared", "capitals",
)  # fmt: skip


@dataclass
class Builder:
    """Builds feeds by the choices of a random number generator."""

    chance: random.Random
    odd: float = 0.1  # how likely each of the unusual things is

    def text(self) -> str:
        """A text as an element holds it: escaped, escaped twice, in CDATA."""
        said = self._one(WORDS, ODD_WORDS, MARKUP) + self.chance.choice(("", " ", " word" * 30))
        how = self.chance.random()
        if how < 0.4:
            return escape(said)
        if how < 0.5:
            return escape(escape(said))
        if how < 0.6:
            return f"\n  {escape(said)}\n"
        return f"{self.chance.choice(('', ' ', 'a '))}<![CDATA[{said}]]>"

    def feed(self) -> str:
        """One document."""
        kind = self.chance.choice(KINDS)
        build = self._atom if kind.startswith("atom") else self._rdf if kind == "rdf" else self._rss
        document = build(kind)
        if self._oddly():
            document = damaged(document, self.chance.choice(DAMAGES), self.chance)
        return document

    def _rss(self, kind: str) -> str:
        head = self._head() + "<description>About chips.</description>"
        items = self._items(lambda: f"<item>{self._rss_item()}</item>")
        return f'{_declared()}<rss version="{kind}"{_bound()}><channel>{head}{items}</channel></rss>'

    def _rdf(self, _: str) -> str:
        items = self._items(self._rdf_item)
        head = f'<channel rdf:about="https://news.example/index.rdf">{self._head()}</channel>'
        return f'{_declared()}<rdf:RDF xmlns="http://purl.org/rss/1.0/"{_bound()}>{head}{items}</rdf:RDF>'

    def _atom(self, kind: str) -> str:
        old = kind == "atom03"
        items = self._items(lambda: f"<entry>{self._atom_entry(old=old)}</entry>")
        version = ' version="0.3"' if old else ""
        namespace = ATOM_03 if old else ATOM_10
        language = self.chance.choice(("", ' xml:lang="ja"', ' xml:lang="en-GB"'))
        head = self._head(of_atom=True) + "<id>urn:feed</id><updated>2026-11-24T10:00:00Z</updated>"
        return f'{_declared()}<feed xmlns="{namespace}"{version}{language}{_bound()}>{head}{items}</feed>'

    def _head(self, *, of_atom: bool = False) -> str:
        title = f"<title>{self.text()}</title><link>https://news.example/</link>"
        heads = [head for head in HEADS if not (of_atom and head.startswith("<language"))]
        parts = self.chance.sample(heads, self.chance.choice((0, 1, 1, 2, 3)))
        return title + "".join([*parts, self.chance.choice(ODD_HEADS)] if self._oddly() else parts)

    def _rdf_item(self) -> str:
        about = f' rdf:about="{escape(self.chance.choice(IDS[:4]))}"' if self.chance.random() < 0.8 else ""
        return f"<item{about}>{self._rss_item(has_guid=not about or self._oddly())}</item>"

    def _rss_item(self, *, has_guid: bool = True) -> str:
        parts = [f"<title>{self.text()}</title>", f"<description>{self.text()}</description>"]
        parts.append(f"<link>{escape(self._one(LINKS, ODD_LINKS))}</link>")
        if has_guid:
            said = self.chance.choice(("", "", ' isPermaLink="true"', ' isPermaLink="false"'))
            parts.append(f"<guid{said}>{self.chance.choice(IDS)}</guid>")
        parts.append(f"<pubDate>{self._date()}</pubDate>")
        parts.append(f"<content:encoded>{self.text()}</content:encoded>")
        parts.append(f"<dc:date>{self._date()}</dc:date>")
        parts.append("<feedburner:origLink>https://news.example/original</feedburner:origLink>")
        return self._mixed(parts)

    def _atom_entry(self, *, old: bool) -> str:
        how = (' type="text/html" mode="escaped"', "") if old else (' type="html"', ' type="text"', "")
        link = escape(self._one(LINKS, ODD_LINKS), {'"': "&quot;"})
        rel = self.chance.choice(("", ' rel="alternate"', ' rel="alternate" type="text/html"'))
        first, last = ("issued", "modified") if old else ("published", "updated")
        parts = [
            f"<title{self.chance.choice(how)}>{self.text()}</title>",
            f'<link{rel} href="{link}"/>',
            f"<id>{self.chance.choice(IDS)}</id>",
            f"<summary{self.chance.choice(how)}>{self.text()}</summary>",
            f"<content{self.chance.choice(how)}>{self.text()}</content>",
            f"<{first}>{self._date()}</{first}>",
            f"<{last}>{self._date()}</{last}>",
            "<author><name>A. Writer</name></author>",
            '<link rel="self" href="/self"/>',
            '<link rel="enclosure" type="audio/mpeg" href="/a.mp3"/>',
        ]
        if self._oddly():
            parts.append(
                '<content type="xhtml"><div xmlns="http://www.w3.org/1999/xhtml"><p>X</p><p>H</p></div></content>'
            )
        return self._mixed(parts)

    def _mixed(self, parts: list[str]) -> str:
        """Most of the parts with some others, in any order; few are without a link."""
        parts = [
            part
            for part in parts
            if self.chance.random() < 0.8 or (part.startswith("<link") and not self._oddly())
        ]
        parts += self.chance.sample(EXTRAS, self.chance.randrange(4))
        if self._oddly():
            parts += self.chance.sample(ODDITIES, self.chance.choice((1, 1, 2)))
        self.chance.shuffle(parts)
        return self.chance.choice(("", "\n  ")).join(parts)

    def _items(self, item: Callable[[], str]) -> str:
        return "\n".join(item() for _ in range(self.chance.choice((1, 1, 2, 3))))

    def _date(self) -> str:
        return self._one(DATES, ODD_DATES)

    def _one(self, usual: tuple[str, ...], odd: tuple[str, ...], *more: tuple[str, ...]) -> str:
        return self.chance.choice(odd if self._oddly() else usual + sum(more, ()))

    def _oddly(self) -> bool:
        return self.chance.random() < self.odd


def damaged(feed: str, damage: str, chance: random.Random) -> str:
    """The feed after something befell it."""
    somewhere = chance.randrange(len(feed) // 2, len(feed))
    root = feed.index(">", feed.index("?>") + 2)
    changes = {
        "cut off": lambda: feed[:somewhere],
        "unclosed tag": lambda: feed.replace("</title>", "", 1),
        "undefined entity": lambda: feed.replace("</title>", " 2&nbsp;nm</title>"),
        "bare ampersand": lambda: feed.replace("</title>", " R & D</title>"),
        "text after the end": lambda: feed + "\nand more",
        "a tag too many": lambda: feed + "</channel>",
        "control character": lambda: feed.replace("</title>", "\x07\x0b</title>"),
        "impossible reference": lambda: feed.replace("</title>", "&#xD800;&#0;</title>"),
        "undeclared prefix": lambda: feed.replace("</title>", "</title><no:ns>x</no:ns>"),
        "undeclared document type": lambda: feed.replace("?>", '?><!DOCTYPE rss SYSTEM "x.dtd">', 1),
        "byte order mark": lambda: "\ufeff" + feed,
        "leading blanks": lambda: "\r\n\t " + feed,
        "leading comment": lambda: "<!-- made by hand -->" + feed,
        "second declaration": lambda: _declared() + feed,
        "base": lambda: feed[:root] + ' xml:base="https://cdn.example/blog/"' + feed[root:],
        "bare base": lambda: feed[:root] + ' base="https://cdn.example/blog/"' + feed[root:],
        "trailing comment": lambda: feed + "<!-- in 0.1 s -->\n",
        "carriage returns": lambda: feed.replace("\n", "\r\n"),
        "language of the root": lambda: _with_language(feed, root, "xml:lang"),
        "bare language": lambda: _with_language(feed, root, "lang"),
        "deep": lambda: feed.replace("<title>", f"{'<a>' * 230}{'</a>' * 230}<title>", 1),
        "entities declared": lambda: feed.replace("?>", '?><!DOCTYPE rss [<!ENTITY a "b">]>', 1),
        "capitals": lambda: feed.replace("<item>", "<Item>").replace("</item>", "</Item>"),
    }
    return changes[damage]()


def _with_language(feed: str, root: int, attribute: str) -> str:
    return feed if "lang=" in feed[:root] else f'{feed[:root]} {attribute}="ko"{feed[root:]}'


def _declared() -> str:
    return '<?xml version="1.0" encoding="utf-8"?>\n'


def _bound() -> str:
    return "".join(f' xmlns:{prefix}="{uri}"' for prefix, uri in NAMESPACES.items())
