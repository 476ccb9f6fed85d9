"""Topics carry what news is about over languages, where titles share no words."""

import pytest

from storage.linking.names import default_table, default_topics


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
    assert default_topics().count_known(title).keys() >= {"export control", "memory"}


def test_no_topic_is_also_a_name() -> None:
    assert not default_topics().names.keys() & default_table().names.keys()


def test_topics_are_places_events_and_subjects() -> None:
    assert {topic.kind for topic in default_topics().names.values()} == {"place", "event", "topic"}
