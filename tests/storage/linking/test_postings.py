"""Places of names and words are gathered in arrays, in order of place, whatever order they come in."""

from collections import Counter

from storage.linking.postings import Mention, mentions_by_name, postings_by_word


def test_mentions_are_in_order_of_place_whatever_order_they_come_in() -> None:
    stored = [Mention("Acme", 5, True, 2), Mention("Orion", 1, False, 1), Mention("Acme", 0, False, 3)]
    acme = mentions_by_name(stored, [Counter()] * 6)["Acme"]
    assert acme.places.tolist() == [0, 5]
    assert acme.in_lead.tolist() == [False, True]
    assert acme.counts.tolist() == [3, 2]
    assert acme.in_title.tolist() == [False, False]


def test_a_name_that_only_the_plain_title_has_takes_its_place_among_the_others() -> None:
    stored = [Mention("Acme", 0, False, 3), Mention("Acme", 2, True, 1)]
    acme = mentions_by_name(stored, [Counter(), Counter(Acme=4), Counter(Acme=1)])["Acme"]
    assert acme.places.tolist() == [0, 1, 2]
    assert acme.counts.tolist() == [3, 4, 1]
    assert acme.titled.tolist() == [1, 2]
    assert acme.leading.tolist() == [1, 2]


def test_a_post_is_found_among_those_that_mention_a_name() -> None:
    mentions = mentions_by_name([Mention("Acme", place, False, 1) for place in (2, 7)], [])["Acme"]
    assert [mentions.find(place) for place in (0, 2, 5, 7, 9)] == [None, 0, None, 1, None]


def test_words_are_those_of_the_title_or_else_of_the_lead() -> None:
    found = postings_by_word(["Piano sonata", "x", "Piano"], [["sonata", "tea"], ["piano"], []], most=2)
    assert sorted(found) == ["piano", "sonata", "tea"]
    assert (found["sonata"].titled.tolist(), found["sonata"].lead.tolist()) == ([0], [])
    assert found["tea"].lead.tolist() == [0]
    # Three have it: too many to say anything, but counted.
    assert (found["piano"].titled.tolist(), found["piano"].lead.tolist()) == ([], [])
    assert found["piano"].frequency == 3


def test_without_leads_words_are_those_of_titles() -> None:
    assert list(postings_by_word(["Sonata"], [], most=2)) == ["sonata"]
