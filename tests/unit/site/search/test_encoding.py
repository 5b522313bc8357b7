"""Terms and posting lists are read as they were written."""

from __future__ import annotations

from hypothesis import given, settings
from hypothesis import strategies as st

from pfocr2rdf.site.search.encoding import RANK_COUNT, decode_shard, encode_term

POSTINGS = st.lists(st.integers(0, 3000), unique=True).map(sorted)


@settings(deadline=None, max_examples=40)
@given(st.dictionaries(st.text(min_size=1, max_size=20).filter(str.isprintable), POSTINGS, max_size=10))
def test_a_shard_is_read_as_it_was_written(terms: dict[str, list[int]]) -> None:
    data, previous = b"", b""
    for text, postings in sorted(terms.items()):
        data += encode_term(text.encode(), previous, postings)
        previous = text.encode()
    decoded = [
        (term.text, sorted(n * RANK_COUNT + rank for rank, postings in enumerate(term.postings) for n in postings.numbers()))
        for term in decode_shard(data)
    ]
    assert decoded == sorted(terms.items())
