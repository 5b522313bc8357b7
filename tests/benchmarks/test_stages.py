"""The benchmark of the worker's stages: it measures all of them."""

from itertools import islice
from pathlib import Path

from benchmarks.stages import TOTAL, batches_of, measure

from pfocr2rdf.records.record_ref import RecordRef
from pfocr2rdf.records.sources import RecordSource

EXAMPLES = Path(__file__).parents[2] / "examples"


def test_each_stage_has_a_time_and_the_batch_has_more_than_all_stages() -> None:
    with RecordSource([EXAMPLES]) as source:
        batches = list(batches_of(ref for ref in islice(source, 3) if isinstance(ref, RecordRef)))
    rounds = measure(batches, 0, 1)
    assert len(rounds) == 2
    for seconds in rounds:
        stages = {name: spent for name, spent in seconds.items() if name != TOTAL}
        assert {"parse document", "build graph", "validate", "serialize turtle", "serialize jsonld", "add to batch"} <= stages.keys()
        assert sum(stages.values()) <= seconds[TOTAL]
