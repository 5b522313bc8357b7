"""An example of each term of the vocabulary: a statement in Turtle, with the prefixes of the graph.

All but those of ``pfocr:pathway``, ``pfocr:annotation`` and the inverse properties are in an export of the folder ``examples``. Those of
pathways are made up: no published record names one in ``wpid``.
"""

from __future__ import annotations

_FIGURE = "figure:PMC7378365__fimmu-11-01424-g0002.html"
_MENTION = "mention:901a7dc1b77def460ec48f9e"
_STATEMENTS = (
    f"{_FIGURE} a pfocr:Figure .",
    f"{_MENTION} a pfocr:Mention .",
    "ncbigene:6772 a pfocr:Gene .",
    "fam:STAT a pfocr:Family .",
    "mesh:C000589473 a pfocr:Chemical .",
    "mesh:D008545 a pfocr:Disease .",
    "taxon:9606 a pfocr:Organism .",
    "pmc:PMC7378365 a pfocr:Paper .",
    "wikipathways:WP554 a pfocr:Pathway .",
    "pfocr:viaFamily a pfocr:Evidence .",
    f'{_FIGURE} pfocr:figureNumber "F2" .',
    f'{_FIGURE} pfocr:figureType "Figure" .',
    f"{_FIGURE} pfocr:pathwayScore 0.9157714 .",
    f'{_FIGURE} pfocr:organismName "Homo sapiens" .',
    f"{_FIGURE} pfocr:organism taxon:9606 .",
    "figure:PMC1__F1.html pfocr:pathway wikipathways:WP554 .",
    'figure:PMC5618028__viruses-09-00262-g010.html pfocr:annotation "Pathway Ontology: interferon signaling pathway" .',
    f"{_FIGURE} pfocr:citedIn pmc:PMC7378365 .",
    f"{_FIGURE} pfocr:mentions ncbigene:6772 .",
    f"{_FIGURE} pfocr:mentionsFamily fam:STAT .",
    "ncbigene:6772 pfocr:memberOf fam:STAT .",
    f'{_MENTION} pfocr:word "(STAT" .',
    f'{_MENTION} pfocr:match "STAT" .',
    f'{_MENTION} pfocr:lexiconSource "bioentities_symbol" .',
    f"{_MENTION} pfocr:evidence pfocr:viaFamily .",
    f"{_MENTION} pfocr:family fam:STAT .",
    f"{_MENTION} pfocr:occurrences 1 .",
    'pmc:PMC10030840 pfocr:journal "Frontiers in Oncology" .',
    'pmc:PMC10030840 pfocr:journalAbbreviation "Front Oncol" .',
    'pmc:PMC10030840 pfocr:publisher "Frontiers Media S.A." .',
    'pmc:PMC10030840 pfocr:keyword "DNA repair pathways" .',
    f"ncbigene:6772 pfocr:mentionedOn {_FIGURE} .",
    f"fam:STAT pfocr:familyMentionedOn {_FIGURE} .",
    "fam:STAT pfocr:hasMember ncbigene:6772 .",
    f"pmc:PMC7378365 pfocr:hasFigure {_FIGURE} .",
    "wikipathways:WP554 pfocr:drawnFrom figure:PMC1__F1.html .",
    f"taxon:9606 pfocr:organismOf {_FIGURE} .",
)
_EVIDENCE = {
    "pfocr:viaSymbol": "mention:019033c7a5c23c36770ef10d",
    "pfocr:viaSynonym": "mention:1649b22022408bd97a51ae07",
    "pfocr:viaPreviousSymbol": "mention:d17567b806860c13a05f70b9",
    "pfocr:viaFamily": _MENTION,
    "pfocr:viaNer": "mention:0255a52ddc74e1a41baeb631",
}


def _term(statement: str) -> str:
    _, predicate, value, *_ = statement.split(" ")
    return value if predicate == "a" else predicate


TERM_EXAMPLES: dict[str, str] = {_term(statement): statement for statement in _STATEMENTS} | {
    name: f"{mention} pfocr:evidence {name} ." for name, mention in _EVIDENCE.items()
}
