"""Topics carry what news is about over languages, where titles share no words."""

import pytest

from storage.errors import InputError
from storage.linking.names import Vocabulary, default_vocabulary, read_table
from tests.storage.linking.conftest import TABLE, TOPICS


@pytest.mark.parametrize(
    "title",
    [
        "New export controls hit memory makers",
        "輸出規制がメモリ各社を直撃",
        "出口管制衝擊記憶體廠",
        "出口管制冲击内存厂商",
        "수출통제에 메모리 업계 타격",
    ],
)
def test_a_topic_is_found_in_every_language(title: str) -> None:
    assert default_vocabulary().topics.count_known(title).keys() >= {"export control", "memory"}


@pytest.mark.parametrize(
    ("title", "places"),
    [
        ("中 반도체 굴기에 美 고심", {"China", "United States"}),
        ("美中晶片戰再起", {"China"}),
        ("輝達H200獲准輸往中國", {"China"}),
        ("対中輸出規制と米中対立", {"China"}),
        ("美AI資料中心用電激增", {"United States"}),
        ("AI資料中心投資逾百億美元", set()),
        ("開発中のAI、中小企業の集中投資で競争激化の中", set()),
        ("美光宣布擴產，美元走強", set()),
    ],
)
def test_a_character_that_is_a_country_in_headlines_is_none_inside_a_word(
    title: str, places: set[str]
) -> None:
    topics = default_vocabulary().topics
    found = topics.count_known(title).keys()
    assert {name for name in found if topics.names[name].kind == "place"} == places


def test_topics_are_places_events_and_subjects() -> None:
    kinds = {topic.kind for topic in default_vocabulary().topics.names.values()}
    assert kinds == {"place", "event", "topic"}


def test_a_name_that_stands_in_both_tables_is_refused() -> None:
    topics = TOPICS + '[[names]]\nname = "Acme"\nkind = "topic"\n'
    with pytest.raises(InputError, match="both have 'Acme'"):
        Vocabulary(read_table(TABLE.encode()), read_table(topics.encode()))


def test_the_same_alias_may_stand_in_both_tables(words: Vocabulary) -> None:
    topics = read_table(b'[[names]]\nname = "Acme at large"\nkind = "topic"\nen = ["Acme"]')
    both = Vocabulary(words.names, topics)
    assert both.names.count("Acme") == {"Acme": 1}
    assert both.topics.count_known("Acme") == {"Acme at large": 1}


def test_a_change_of_either_table_is_a_change_of_version(words: Vocabulary) -> None:
    names, topics = (read_table((text + "# more").encode()) for text in (TABLE, TOPICS))
    versions = {
        words.version,
        Vocabulary(names, words.topics).version,
        Vocabulary(words.names, topics).version,
    }
    assert len(versions) == 3
    assert words.version == Vocabulary(read_table(TABLE.encode()), read_table(TOPICS.encode())).version
