"""Batches of rows leave memory at once, also where the garbage collector runs seldom, as in an export."""

from __future__ import annotations

import gc
import weakref

from pfocr2rdf.derived.tables.mention_rows import FigureCells, MentionBatch


def test_a_batch_is_freed_without_the_garbage_collector() -> None:
    batch = MentionBatch({})
    mention = {"type": "pfocr:Mention", "id": "mention:a", "hasTarget": "figure:a", "hasBody": "ncbigene:6772", "word": "STAT1"}
    batch.add(FigureCells("a", "figure:a", None, None), [mention], [])
    assert len(batch.columns()) > 10
    reference = weakref.ref(batch)
    gc.disable()
    try:
        del batch
        assert reference() is None
    finally:
        gc.enable()
