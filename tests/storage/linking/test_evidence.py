"""Evidence shows the passages side by side, and of the news only what the post does not have."""

from storage.linking.evidence import MAX_NEW, PASSAGE, Evidence, EvidenceFinder
from storage.linking.names import Vocabulary
from tests.storage.linking.conftest import BLOG, index_of, reading_of


def _evidence(
    words: Vocabulary, title: str, text: str = "", posts: tuple[tuple[str, str], ...] = BLOG
) -> Evidence:
    """Of the first post for the news."""
    index = index_of(words, posts)
    finder = EvidenceFinder(index, lambda post: posts[post - 1][1])
    news = reading_of(words, title, text)
    return finder.find(0, news, finder.read_news(news))


def test_the_passages_that_say_most_of_the_matter_stand_side_by_side(words: Vocabulary) -> None:
    evidence = _evidence(
        words,
        "Acme speeds up Orion",
        "The weather was fine. Borealis will make Orion for Acme in volume from 2027. Who knew?",
    )
    assert evidence.post_passage == "アクメのオリオンはボレアリスが3nmで製造し、量産は2026年後半を目指す。"
    assert evidence.news_passage == "Borealis will make Orion for Acme in volume from 2027."
    assert set(evidence.names) == {"Acme", "Orion", "Borealis"}
    assert set(evidence.title_names) == {"Acme", "Orion"}


def test_names_of_both_titles_are_told_from_those_of_one(words: Vocabulary) -> None:
    posts = (("アクメ、輸出規制", "オリオン"), ("x", ""))
    evidence = _evidence(words, "Acme's Orion", "Export rule", posts)
    assert set(evidence.names) == {"Acme", "Orion", "Export rule"}
    assert evidence.title_names == ("Acme",)


def test_shared_names_come_rarest_first(words: Vocabulary) -> None:
    posts = (("アクメ", "ボレアリス"), ("アクメ", ""), ("アクメ", ""))
    assert _evidence(words, "Acme", "Borealis", posts).names == ("Borealis", "Acme")


def test_the_passage_is_that_of_the_subject_where_no_figures_agree(words: Vocabulary) -> None:
    post = ("アクメとオリオン", "ボレアリスは北にある。アクメはオリオンを設計した。アクメは3nmを使う。")
    evidence = _evidence(words, "Acme explains Orion", "Borealis helps.", (post, ("x", "")))
    assert evidence.post_passage == "アクメはオリオンを設計した。"
    assert evidence.news_passage == "Acme explains Orion"


def test_the_subject_counts_more_than_a_rarer_name(words: Vocabulary) -> None:
    posts = (("アクメ", "ボレアリスは北にある。アクメは南にある。"), *[("アクメ", "")] * 5, ("x", ""))
    evidence = _evidence(words, "Acme moves", "Borealis does not.", posts)
    assert evidence.names[0] == "Borealis"
    assert evidence.post_passage == "アクメは南にある。"


def test_of_like_passages_the_one_with_a_figure_of_the_same_kind_is_shown(words: Vocabulary) -> None:
    posts = (("アクメ", "アクメは5GWを使う。アクメは30%伸びた。アクメは北にある。"), ("x", ""))
    assert _evidence(words, "Acme grows 40%", posts=posts).post_passage == "アクメは30%伸びた。"


def test_new_figures_are_those_that_the_post_does_not_have(words: Vocabulary) -> None:
    evidence = _evidence(
        words, "Acme's Orion on 3nm costs $40 in the second half of 2026, 25% less than in Q1 2027"
    )
    assert set(evidence.new_figures) == {"$40", "25%", "Q1 2027"}


def test_figures_outside_the_passages_are_left_out(words: Vocabulary) -> None:
    assert _evidence(words, "Acme's Orion", "A stranger paid $77.").new_figures == ()


def test_new_names_are_those_of_the_title_that_the_post_does_not_have(words: Vocabulary) -> None:
    evidence = _evidence(words, "Acme's Orion and ZX450 under the export rule at Borealis", "Nova-5.")
    assert set(evidence.new_names) == {"ZX450", "Export rule"}


def test_a_long_passage_is_cut_and_a_shorter_one_is_preferred(words: Vocabulary) -> None:
    padding = "である" * PASSAGE
    cut = _evidence(words, "Acme", posts=(("アクメ", "アクメは" + padding),)).post_passage
    assert len(cut) == PASSAGE
    assert cut.endswith("…")
    both = _evidence(words, "Acme", posts=(("アクメ", f"アクメは{padding}。アクメは短い。"),))
    assert both.post_passage == "アクメは短い。"


def test_a_post_that_says_nothing_of_the_matter_has_no_passage(words: Vocabulary) -> None:
    evidence = _evidence(words, "Acme", posts=(("アクメ", ""), ("x", "")))
    assert (evidence.post_passage, evidence.news_passage) == ("", "Acme")


def test_a_post_that_names_the_matter_in_its_title_only_is_shown_from_its_start(words: Vocabulary) -> None:
    evidence = _evidence(words, "Acme", posts=(("アクメ", "北は寒い。南は暑い。"), ("x", "")))
    assert evidence.post_passage == "北は寒い。"


def test_lists_of_what_is_new_are_short(words: Vocabulary) -> None:
    title = "Acme " + " ".join(f"ZX{n} {n}%" for n in range(100, 120))
    evidence = _evidence(words, title)
    assert len(evidence.new_figures) == len(evidence.new_names) == MAX_NEW


def test_evidence_as_json_is_plain_data(words: Vocabulary) -> None:
    as_json = _evidence(words, "Acme's Orion for $40").as_json()
    assert as_json["new_figures"] == ["$40"]
    assert set(as_json) == set(Evidence.__dataclass_fields__)
    assert all(isinstance(value, str | list) for value in as_json.values())


def test_a_plan_of_the_post_stands_beside_what_the_news_says_of_the_same_event(words: Vocabulary) -> None:
    posts = [
        ("アクメのオリオン", "アクメのオリオンはボレアリスが製造する。\n\n量産は2026年後半の予定です。"),
        *BLOG[1:],
    ]
    finder = EvidenceFinder(index := index_of(words, posts), lambda post: posts[post - 1][1])
    for title, changes, kind in (
        ("Acme moves Orion's mass production to the first quarter of 2027", 1, "contradicts"),
        ("Acme begins mass production of Orion", 0, "confirms"),
    ):
        news = reading_of(words, title)
        found = finder.find(0, news, finder.read_news(news))
        assert (found.post_passage, found.kind) == ("量産は2026年後半の予定です。", kind)
        assert len(found.changes) == changes
    for title in ("Borealis begins mass production of ZX450", "Acme begins mass production of Nova-5"):
        rival = reading_of(words, title)
        found = finder.find(0, rival, finder.read_news(rival))
        assert found.kind == "extends", "a plan for one thing does not come true by another"
    other = reading_of(words, "Acme's Orion wins a prize in 2027")
    assert finder.find(0, other, finder.read_news(other)).post_passage != "量産は2026年後半の予定です。"
    assert list(index.plans) == [0]


def test_a_post_that_was_updated_with_the_new_time_is_contradicted_no_more(words: Vocabulary) -> None:
    plan = "アクメのオリオンはボレアリスが製造する。\n\n量産は2026年後半の予定です。"
    title = "Acme moves Orion's mass production to the first quarter of 2027"
    for added, kind in (
        ("", "contradicts"),
        ("量産の時期は未定です。売上は2027年第1四半期に伸びます。", "contradicts"),  # of another matter
        ("追記：量産は2027年第1四半期に延期された。", "extends"),
    ):
        evidence = _evidence(words, title, posts=(("アクメのオリオン", f"{plan}\n\n{added}"), *BLOG[1:]))
        assert (evidence.kind, bool(evidence.changes)) == (kind, kind == "contradicts")


def test_the_share_of_a_title_that_a_post_says(words: Vocabulary) -> None:
    finder = EvidenceFinder(index_of(words, BLOG), lambda post: BLOG[post - 1][1])
    for title, kind in (
        ("アクメのオリオン、ボレアリスが製造", ""),
        ("アクメのオリオン、宇宙へ飛翔", "extends"),
    ):
        news = reading_of(words, title, language="ja")
        assert finder.find(0, news, finder.read_news(news)).kind == kind


def test_a_rivals_generation_replaces_nothing(words: Vocabulary) -> None:
    posts = [("Acme's Nova-5, explained", "What Acme's Nova-5 is for."), *BLOG[1:]]
    finder = EvidenceFinder(index_of(words, posts), lambda post: posts[post - 1][1])
    for title, changes in (
        ("Acme unveils Nova-5.2", ("Nova-5 → Nova-5.2",)),
        ("Borealis unveils Nova-5.2", ()),
    ):
        news = reading_of(words, title)
        found = finder.find(0, news, finder.read_news(news))
        assert (found.changes, found.kind) == (changes, "supersedes" if changes else "extends")
