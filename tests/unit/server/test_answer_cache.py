"""The cache keeps what was used last, up to its size."""

from __future__ import annotations

from pfocr2rdf.server.answers import AnswerCache, make_answer


def test_what_was_not_used_for_longest_is_dropped() -> None:
    cache = AnswerCache(50_000)
    for number in range(10):  # of 5,000 bytes each
        cache.put(number, make_answer("text/csv", b"x" * 4000), 0)
    assert cache.get(0)
    cache.put(10, make_answer("text/csv", b"y" * 4000), 0)
    assert [number for number in range(11) if cache.get(number)] == [0, *range(2, 11)]


def test_the_same_key_counts_once() -> None:
    cache = AnswerCache(50_000)
    cache.put("first", make_answer("text/csv", b"x" * 4000), 0)
    for _ in range(20):
        cache.put("again", make_answer("text/csv", b"x" * 4000), 0)
    assert cache.get("first")


def test_a_large_answer_and_a_cache_of_no_size_keep_nothing() -> None:
    cache = AnswerCache(50_000)
    cache.put("large", make_answer("text/csv", b"x" * 6000), 0)
    assert cache.get("large") is None
    empty = AnswerCache(0)
    empty.put("small", make_answer("text/csv", b""), 0)
    assert empty.get("small") is None


def test_entity_tags_are_of_the_content_and_its_type() -> None:
    tags = {make_answer(media_type, body).etag for media_type in ("text/csv", "text/html") for body in (b"a", b"b")}
    assert len(tags) == 4
    assert make_answer("text/csv", b"a") == make_answer("text/csv", b"a")
