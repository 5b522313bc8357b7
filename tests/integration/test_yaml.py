"""The fast reader of YAML and the careful one say the same of all real records."""

from __future__ import annotations

import random
from pathlib import Path

import pytest
import yaml
from tests.support.records import shared_data
from tests.support.yaml_readers import check, check_blocks

from pfocr2rdf.records.documents import extract_front_matter
from pfocr2rdf.records.yaml import is_risky, load_yaml, read_careful, read_fast

# -- the real records --------------------------------------------------------------------------------------------------------


@pytest.mark.parametrize("folder", ["seed", "real-gen2", "corpus-gen1"])
def test_all_real_records_are_the_same_to_both_readers(folder: str) -> None:
    quick = blocks = 0
    paths = sorted(shared_data(folder).rglob("*.md"))
    for path in paths:
        text = extract_front_matter(path.read_bytes()).data.decode()
        careful = read_careful(text)
        assert load_yaml(text) == careful, path.name
        quick += not is_risky(text) and read_fast(text) is not None
        blocks += check_blocks(text)
        assert careful == yaml.load(text, Loader=yaml.CBaseLoader)
    assert paths
    assert blocks >= len(paths) * 9 // 10, "the reader of block style is no use if it answers seldom"
    assert quick >= len(paths) * 9 // 10, "the fast reader is no use if it answers seldom"


def test_real_records_with_random_faults_are_the_same_to_both_readers() -> None:
    rng = random.Random(7)
    paths: list[Path] = sorted(shared_data("corpus-gen1").rglob("*.md"))
    texts = [extract_front_matter(path.read_bytes()).data.decode() for path in rng.sample(paths, 40)]
    for text in texts:
        for _ in range(8):
            position = rng.randrange(len(text))
            piece = rng.choice(("'", '"', ":", "#", " ", "\n", "-", "", "[", "}", "010", "\t", ": ", "|\n"))
            damaged = text[:position] + piece + text[position + rng.randrange(3) :]
            check(damaged)
