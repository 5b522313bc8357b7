"""What pages ask of a dataset. A store answers it by lookups, which the server needs; a published site has a table for it."""

from __future__ import annotations

from abc import ABC, abstractmethod
from collections.abc import Sequence
from functools import lru_cache
from itertools import product
from typing import NamedTuple

from pfocr2rdf.rdf.terms import RDF_TYPE, PredicateObject, Resource, expand_term, lexical_form
from pfocr2rdf.site.pages.urls import ENTITY_TYPES_BY_FOLDER, ENTITY_TYPES_BY_NAME, HTML, EntityType, PageAddress, address_from_iri

LABEL_PREDICATES = tuple(map(expand_term, ("dcterms:title", "rdfs:label", "skos:prefLabel", "schema:name", "skos:altLabel")))
"""The label properties; the first one that a resource has counts."""

_ALT_LABEL = expand_term("skos:altLabel")  # alone where neither MeSH nor a record gives a name
CITED_IN, ISSUED = expand_term("pfocr:citedIn"), expand_term("dcterms:issued")
HAS_BODY, HAS_TARGET = expand_term("oa:hasBody"), expand_term("oa:hasTarget")
HAS_EVIDENCE, VIA_SYMBOL = expand_term("pfocr:evidence"), expand_term("pfocr:viaSymbol")
WORD, FAMILY = expand_term("pfocr:word"), expand_term("pfocr:family")
MENTION_PREDICATES = HAS_TARGET, HAS_EVIDENCE, WORD, FAMILY  # of EntityMention, in this order
MATCH, SOURCE, OCCURRENCES = map(expand_term, ("pfocr:match", "pfocr:lexiconSource", "pfocr:occurrences"))
SHOWN_PREDICATES = HAS_BODY, WORD, MATCH, SOURCE, OCCURRENCES, HAS_EVIDENCE, FAMILY  # of mentions, which tables show
_CACHE_SIZE = 100_000  # resources that many pages name
_LIST_CACHE_SIZE = 5_000  # lists of resources
_MENTIONS_CACHE_SIZE = 32  # entities, of which each may have thousands of mentions
_FIGURE_MENTIONS_CACHE_SIZE = 2  # figures, whose mentions the page and the RDF documents have


class EntityMention(NamedTuple):
    """A mention of an entity with the terms of its values, or ``""``; one for each combination of values, if it has several."""

    mention: str
    figure: str
    evidence: str
    word: str
    family: str  # by whose name the entity was reached


class ResourceReader(ABC):
    """Reads the resources of a dataset that does not change meanwhile.

    Links lead to pages of the entity types in ``page_folders``; ``None`` for all. Their paths are portable with ``portable_names``.
    """

    def __init__(self, page_folders: frozenset[str] | None = None, *, portable_names: bool = False) -> None:
        self._page_folders = frozenset(ENTITY_TYPES_BY_FOLDER) if page_folders is None else page_folders
        self.portable_names = portable_names
        self.page_address = lru_cache(_CACHE_SIZE)(self._page_address)
        self.page_url = lru_cache(_CACHE_SIZE)(self._page_url)
        self.display_name = lru_cache(_CACHE_SIZE)(self._display_name)
        self.labelled_resource = lru_cache(_CACHE_SIZE)(self._labelled_resource)
        self.cached_label = lru_cache(_CACHE_SIZE)(self._label)
        self.cached_values = lru_cache(_CACHE_SIZE)(self.values)
        self.publication_year = lru_cache(_CACHE_SIZE)(self._publication_year)
        self.cached_subjects = lru_cache(_LIST_CACHE_SIZE)(self.subjects)
        self.cached_mentions = lru_cache(_MENTIONS_CACHE_SIZE)(self.mentions)
        self.figure_mentions = lru_cache(_FIGURE_MENTIONS_CACHE_SIZE)(self._figure_mentions)
        self.cached_genes_by_symbol = lru_cache(_LIST_CACHE_SIZE)(self.genes_by_symbol)

    @abstractmethod
    def pairs(self, subject: str) -> tuple[PredicateObject, ...]:
        """The statements about a resource, in the order in which they are serialized."""

    @abstractmethod
    def values(self, subject: str, predicate: str) -> list[str]:
        """The values of a property of a resource, sorted."""

    @abstractmethod
    def subjects(self, predicate: str, value: str) -> list[str]:
        """The resources that have this value, sorted."""

    @abstractmethod
    def find_resources(self, predicate: str, value: str) -> list[Resource]:
        """The resources that have this value, in the order of their IRIs."""

    def linked_values(self, predicate: str, value: str, link: str) -> list[tuple[str, str]]:
        """The resources that have this value, each with its values of another property, sorted."""
        return [(subject, linked) for subject in self.subjects(predicate, value) for linked in self.values(subject, link)]

    def mentions(self, body: str) -> list[EntityMention]:
        """The mentions of an entity, sorted."""
        return sorted(
            {
                EntityMention(resource.subject, *values)
                for resource in self.find_resources(HAS_BODY, body)
                for values in product(*(resource.values_by_predicate.get(predicate, ("",)) for predicate in MENTION_PREDICATES))
                if values[0]
            }
        )

    def _figure_mentions(self, figure: str) -> list[Resource]:
        """The mentions in a figure, in the order of their IRIs."""
        return self.find_resources(HAS_TARGET, figure)

    def shown_mentions(self, figure: str) -> list[Resource]:
        """The mentions in a figure, in the order of their IRIs, with at least the ``SHOWN_PREDICATES`` that they have."""
        return self.figure_mentions(figure)

    def describe_mentions(self, body: str, mentions: Sequence[EntityMention]) -> list[Resource]:
        """Some mentions of an entity, in any order, with at least the ``SHOWN_PREDICATES`` that they have, but for the entity."""
        return list(filter(None, map(self.find_resource, dict.fromkeys([each.mention for each in mentions]))))

    def linked_values_unless(self, predicate: str, value: str, link: str, excluded: str) -> list[str]:
        """The values of another property of the resources that have this value and no value of ``excluded``, sorted."""
        resources = (resource.values_by_predicate for resource in self.find_resources(predicate, value))
        return sorted({linked for values in resources if excluded not in values for linked in values.get(link, ())})

    def find_resource(self, subject: str) -> Resource | None:
        """A resource, if there are statements about it."""
        pairs = self.pairs(subject)
        return Resource(subject, pairs) if pairs else None

    def is_instance_of(self, subject: str, cls: str) -> bool:
        """Whether a resource is an instance of a class."""
        return cls in self.cached_values(subject, RDF_TYPE)

    def _labelled_resource(self, subject: str) -> Resource | None:
        """A resource with its types and its label only; ``None`` if it has neither."""
        types = [(RDF_TYPE, value) for value in self.cached_values(subject, RDF_TYPE)]
        label = self.cached_label(subject)
        pairs = (*types, *([label] if label else []))
        return Resource(subject, (), pairs) if pairs else None

    def _label(self, subject: str) -> PredicateObject | None:
        for predicate in LABEL_PREDICATES:
            if labels := self.values(subject, predicate):
                return predicate, labels[0]
        return None

    def _display_name(self, subject: str) -> str:
        """The label of a resource; the end of its IRI if it has none. A word that OCR read in place of a name is marked as such."""
        label = self.cached_label(subject)
        text = lexical_form(label[1]).strip() if label else ""
        if label and text and label[0] == _ALT_LABEL:
            return f"{text} (read by OCR)"
        return text or subject[1:-1].rpartition("/")[2].rpartition("#")[2] or subject[1:-1]

    def genes_by_symbol(self, figure: str) -> list[str]:
        """The genes whose current symbols were read in a figure, sorted."""
        by_symbol = (mention for mention in self.subjects(HAS_TARGET, figure) if VIA_SYMBOL in self.values(mention, HAS_EVIDENCE))
        return sorted({body for mention in by_symbol for body in self.values(mention, HAS_BODY)})

    def family_words(self, figure: str, family: str) -> list[str]:
        """The words in a figure that were recognised as the name of a family, sorted."""
        by_family = (mention for mention in self.subjects(HAS_TARGET, figure) if family in self.values(mention, FAMILY))
        return sorted({word for mention in by_family for word in self.values(mention, WORD)})

    def _publication_year(self, figure: str) -> str:
        """The year in which a figure was published; ``""`` if it is not known."""
        years = [lexical_form(year) for paper in self.cached_values(figure, CITED_IN) for year in self.cached_values(paper, ISSUED)]
        return ", ".join(dict.fromkeys(years))

    def _page_address(self, iri: str, entity_type: EntityType) -> PageAddress | None:
        """The address of a resource's pages; ``None`` if the IRI is not one of the entity type, or its name can be no path."""
        return address_from_iri(iri, entity_type, has_portable_path=self.portable_names)

    def _page_url(self, subject: str, entity_type: EntityType | str) -> str:
        """The URL of a resource's page, relative to the root; its IRI if it has none."""
        entity_type = ENTITY_TYPES_BY_NAME[entity_type] if isinstance(entity_type, str) else entity_type
        address = self.page_address(subject[1:-1], entity_type) if entity_type.folder in self._page_folders else None
        return address.url(HTML) if address else subject[1:-1]
