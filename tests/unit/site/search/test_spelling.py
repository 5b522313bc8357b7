"""Words near a word: each that has one typing error has a key below one of the prefixes."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pfocr2rdf.site.search.spelling import distance, is_spelling_word, key_prefixes, spelling_keys, word_from_key

WORDS = st.text("abcde", min_size=4, max_size=12)


def errors(word: str) -> set[str]:
    """The word with each possible typing error."""
    splits = [(word[:at], word[at:]) for at in range(len(word) + 1)]
    left_out = {head + tail[1:] for head, tail in splits if tail}
    swapped = {head + tail[1] + tail[0] + tail[2:] for head, tail in splits if len(tail) > 1}
    added = {f"{head}x{tail}" for head, tail in splits}
    changed = {f"{head}x{tail[1:]}" for head, tail in splits if tail}
    return (left_out | swapped | added | changed) - {word}


@settings(deadline=None, max_examples=40)
@given(WORDS)
def test_a_word_is_below_the_prefixes_of_its_typing_errors(word: str) -> None:
    for error in errors(word):
        assert distance(error, word) == 1
        if len(error) >= 4:
            assert any(key.startswith(prefix) for prefix in key_prefixes(error) for key in spelling_keys(word)), error


@settings(deadline=None, max_examples=40)
@given(WORDS)
def test_keys_have_their_words(word: str) -> None:
    assert {word_from_key(key) for key in spelling_keys(word)} == {word}


def test_identifiers_short_and_rare_words_are_not_in_the_dictionary() -> None:
    assert is_spelling_word("stat3", 2)
    for word, count in (("stat3", 1), ("jak", 9), ("pmc7378365", 9), ("1234", 9), ("a" * 21, 9)):
        assert not is_spelling_word(word, count)
