"""The shapes that ship with the package: every constraint of every shape is broken here, and fires; what conforms gives no result."""

from __future__ import annotations

import re
from collections.abc import Callable, Iterator
from decimal import Decimal
from pathlib import Path
from typing import Any, NamedTuple

import pytest
import rdflib
from rdflib import RDF, SH, URIRef
from rdflib.collection import Collection
from tests.support.mutations import GRAPHS, changed, complete, made_figures, ntriples, renamed, small_graph
from tests.support.records import ROOT

from pfocr2rdf.errors import ShapesError
from pfocr2rdf.mapping.figure_graph import build_figure_graph
from pfocr2rdf.rdf.package_data import built_in
from pfocr2rdf.rdf.terms import RDF_TYPE, Resource, expand_term, iri_term, literal
from pfocr2rdf.rdf.vocabulary import CLASSES, EVIDENCE_TYPES, PFOCR, PROPERTIES, expand_curie
from pfocr2rdf.records.reader import read_records
from pfocr2rdf.validation.results import SEVERITIES, ValidationResult
from pfocr2rdf.validation.shapes import Shapes, load_shapes
from pfocr2rdf.validation.validator import Validator

FILES = sorted(built_in("shapes").glob("*.ttl"))

EXAMPLES = ROOT / "examples"

NOT_CONSTRAINTS = {SH.targetClass, SH.property, SH.path, SH.message, SH.severity, SH.name, SH.description, SH.qualifiedValueShape}
INNER_SHAPES = ("Figure-citedIn-pmc", "Paper-pmc", "Paper-alias", "Paper-alias-sameAs")
"""Shapes within ``sh:or`` and ``sh:qualifiedValueShape``: what breaks them breaks a constraint of another shape."""


class Constraint(NamedTuple):
    """One constraint of a shape: ``path`` is ``""`` where it is on the nodes of the class themselves."""

    shape: str
    target: str
    path: str
    parameter: str
    value: Any
    severity: str
    message: str

    @property
    def component(self) -> str:
        return f"{self.parameter[0].upper()}{self.parameter[1:]}ConstraintComponent"

    @property
    def name(self) -> str:
        return f"{self.shape.rpartition('#')[2]}-{self.parameter}"


def parsed(path: Path) -> rdflib.Graph:
    return rdflib.Graph().parse(path, format="turtle")


def constraints() -> Iterator[Constraint]:
    """Every constraint in the shapes graph."""
    graph = rdflib.Graph().parse(data=load_shapes().text, format="turtle")
    for root, target in sorted(graph.subject_objects(SH.targetClass)):
        for shape in (root, *sorted(graph.objects(root, SH.property))):
            path = graph.value(shape, SH.path)
            severity = str(graph.value(shape, SH.severity, default=SH.Violation)).removeprefix(str(SH))
            message = str(graph.value(shape, SH.message))
            for parameter, argument in sorted(graph.predicate_objects(shape)):
                if parameter in SH and parameter not in NOT_CONSTRAINTS:
                    value = [item.n3() for item in Collection(graph, argument)] if parameter == SH["in"] else argument.toPython()
                    local = str(parameter).removeprefix(str(SH))
                    yield Constraint(
                        str(shape), iri_term(str(target)), iri_term(str(path)) if path else "", local, value, severity, message
                    )


CONSTRAINTS = list(constraints())


# -- how to break a constraint: for each parameter, the values of the property that do ----------------------------------------


Values = Callable[[Any, list[str]], list[list[str]]]


def against_pattern(pattern: str, _: list[str]) -> list[list[str]]:
    """Texts and IRIs that the pattern does not match, as Python reads it."""
    texts = [text for text in ("", "<>", " ", "0", "\n1", "x y", "9" * 9 + "x") if not re.search(pattern, text)]
    return [*([literal(text)] for text in texts), *([iri] for iri in ("<urn:x>", "<http://a/b>") if not re.search(pattern, iri[1:-1]))]


def moved(bound: Decimal, step: int) -> list[list[str]]:
    return [[literal(str(bound + step * Decimal(distance)), "xsd:decimal")] for distance in ("0.0000001", "1", "1000000")]


BREAKS: dict[str, Values] = {
    "minCount": lambda least, values: [values[: least - 1]],
    "maxCount": lambda most, values: [
        [*values, *map(literal, "abcdefgh"[:most])], [iri_term(f"urn:{number}") for number in range(most + 1)]
    ],
    "datatype": lambda _, values: [['"x"@en'], ['"1"^^<urn:x>'], [literal("true", "xsd:boolean")], ["<urn:x>"], [*values, "<urn:x>"]],
    "nodeKind": lambda _, values: [['"x"'], [*values, literal("http://a/b", "xsd:anyURI")]],
    "pattern": against_pattern,
    "minLength": lambda least, values: [[literal("x" * (least - 1))], [*values, '""@en']],
    "maxLength": lambda most, values: [[literal("x" * (most + 1))]],
    "minInclusive": lambda bound, _: [*moved(Decimal(bound), -1), [literal("high", "xsd:decimal")], ["<urn:1>"]],
    "maxInclusive": lambda bound, _: [*moved(Decimal(bound), 1), [literal("high", "xsd:decimal")], ["<urn:1>"]],
    "in": lambda allowed, values: [["<urn:x>"], [literal(allowed[0][1:-1])], [*values, f"{allowed[0][:-1]}X>"]],
    "class": lambda _, values: [["<urn:x>"], ['"x"'], [*values, "<urn:x>"]],
    "qualifiedMaxCount": lambda most, values: [[*values, *(expand_term(f"pmc:PMC{number}") for number in range(1, most + 1))]],
    "or": lambda _, values: [],  # it is on nodes, not on values
}  # fmt: skip
"""To constrain a shape by another parameter, say here how it is broken."""


def first(target: str, path: str = "") -> Resource:
    """A node of the class, one that has the property if there is one."""
    nodes = [node for node in complete() if (RDF_TYPE, target) in node.pairs]
    return next((node for node in nodes if path in dict(node.pairs)), nodes[0])


ALIAS = "https://doi.org/10.1000/182"


def broken_graphs(constraint: Constraint) -> Iterator[tuple[str, list[Resource]]]:
    """The node that breaks the constraint, and the graph it is in."""
    graph, node = list(complete()), first(constraint.target, constraint.path)
    if not constraint.path:
        wrong = [f"{node.subject[:-1]}/x/>", "<urn:x>", f"<x{node.subject[1:]}"]
        names = {"nodeKind": ["_:b"], "pattern": wrong, "or": [*wrong, f"<{ALIAS}>"]}[constraint.parameter]
        yield from ((name, renamed(graph, node.subject, name, everywhere=True)) for name in names)
        return
    values = [value for predicate, value in node.pairs if predicate == constraint.path]
    other_pairs = [pair for pair in node.pairs if pair[0] != constraint.path]
    for bad_values in BREAKS[constraint.parameter](constraint.value, values):
        yield node.subject, changed(graph, node, [*other_pairs, *((constraint.path, value) for value in bad_values)])
    if constraint.parameter == "class":  # a thing that is described, but as of another class
        other = next(node for node in complete() if (RDF_TYPE, iri_term(str(constraint.value))) not in node.pairs)
        yield node.subject, changed(graph, node, [*other_pairs, (constraint.path, other.subject)])


@pytest.mark.parametrize("constraint", CONSTRAINTS, ids=lambda constraint: constraint.name)
def test_every_constraint_of_every_shape_fires_when_it_is_broken(constraint: Constraint) -> None:
    assert constraint.parameter in BREAKS, f"say in BREAKS how sh:{constraint.parameter} is broken"
    validator = Validator(load_shapes())
    graphs = list(broken_graphs(constraint))
    assert graphs, "nothing breaks it"
    for focus, graph in graphs:
        results = validator.validate_ntriples(ntriples(graph))
        matches = [result for result in results if (result.shape, result.component) == (iri_term(constraint.shape), constraint.component)]
        assert matches, f"{ntriples([node for node in graph if node.subject == focus])}\n{results}"
        nodes = {result.focus_node[:2] if focus == "_:b" else result.focus_node for result in matches}
        assert nodes == {focus[:2] if focus == "_:b" else focus}
        texts = {(result.path, result.severity, result.message) for result in matches}
        assert texts == {(constraint.path, constraint.severity, constraint.message)}
        if focus != "_:b":  # figures have no blank node, so none is compiled
            assert validator.validate(graph) == results


def test_the_walk_finds_the_constraints_that_are_written_in_the_files() -> None:
    text = re.sub(r'"(?:[^"\\]|\\.)*"|#.*', "", "\n".join(path.read_text(encoding="utf-8") for path in FILES))
    parameters = re.findall(rf"\bsh:({'|'.join(BREAKS)})\b", text)
    inner_patterns = len(INNER_SHAPES) - 1
    assert len(parameters) - inner_patterns == len(CONSTRAINTS) > 150
    assert {constraint.parameter for constraint in CONSTRAINTS} <= BREAKS.keys()


# -- what conforms ---------------------------------------------------------------------------------------------------------


def all_results(nodes: list[Resource]) -> list[ValidationResult]:
    validator = Validator(load_shapes())
    return validator.validate(nodes) + validator.validate_ntriples(ntriples(nodes))


def test_a_graph_that_says_everything_conforms() -> None:
    assert all_results(list(complete())) == []


@pytest.mark.parametrize(
    "constraint", {(row.target, row.path): row for row in CONSTRAINTS}.values(), ids=lambda constraint: constraint.name
)
def test_everything_that_a_shape_speaks_of_is_said_in_that_graph(constraint: Constraint) -> None:
    assert not constraint.path or constraint.path in dict(first(constraint.target, constraint.path).pairs)


@pytest.mark.parametrize("number", range(len(made_figures())))
def test_made_figures_conform(number: int) -> None:
    assert all_results(made_figures()[number].resources()) == []


@pytest.mark.parametrize("name", [name for name in GRAPHS if not name.startswith("made")])
def test_real_figures_conform(name: str) -> None:
    assert all_results(small_graph(name) or pytest.skip("the shared data (../shared/data) is not here")) == []


def test_the_examples_of_the_project_conform() -> None:
    records = list(read_records(EXAMPLES)) if EXAMPLES.is_dir() and any(EXAMPLES.rglob("*.md")) else pytest.skip("no examples yet")
    results = [result for record in records for result in all_results(build_figure_graph(record).resources())]
    assert [result for result in results if result.severity == "Violation"] == []


@pytest.mark.parametrize("value", ["0", "0.0", "1", "1.0", "+1.0", "-0.0", "0.95", "1.000000000000000000", "0.000000000000000001"])
def test_the_bounds_of_a_score_belong_to_it(value: str) -> None:
    node = first(expand_term("pfocr:Figure"), expand_term("pfocr:pathwayScore"))
    score = (expand_term("pfocr:pathwayScore"), literal(value, "xsd:decimal"))
    assert all_results(changed(list(complete()), node, [*(pair for pair in node.pairs if pair[0] != score[0]), score])) == []


def _with_alias(nodes: list[Resource]) -> list[Resource]:
    """The graph with what ``owl:sameAs`` entails of the paper in it: its DOI has all its statements, and stands wherever it stands."""
    paper = first(expand_term("pfocr:Paper"), SAME_AS)
    (alias,) = paper.values_by_predicate[SAME_AS]
    both = (paper.subject, alias)
    equal = tuple((SAME_AS, name) for name in both)
    shared = (*(pair for pair in paper.pairs if pair[0] != SAME_AS), *equal)
    entailed = [
        Resource(node.subject, (*node.pairs, *((predicate, alias) for predicate, value in node.pairs if value == paper.subject)))
        for node in nodes
        if node.subject != paper.subject
    ]
    return [*entailed, *(Resource(name, shared) for name in both)]


SAME_AS = expand_term("owl:sameAs")


def test_shapes_bear_what_owl_same_as_entails() -> None:
    nodes = _with_alias(list(complete()))
    assert len(nodes) == len(complete()) + 1
    assert all_results(nodes) == []
    figure = first(expand_term("pfocr:Figure"), expand_term("pfocr:citedIn"))
    changed_figure = next(node for node in nodes if node.subject == figure.subject)
    second = (expand_term("pfocr:citedIn"), expand_term("pmc:PMC77"))
    results = all_results(changed(nodes, changed_figure, [*changed_figure.pairs, second]))
    assert {result.component for result in results} == {"ClassConstraintComponent", "QualifiedMaxCountConstraintComponent"}


# -- the files -------------------------------------------------------------------------------------------------------------


def test_every_class_of_the_vocabulary_has_its_file() -> None:
    described = {row.name.removeprefix("pfocr:").lower() for row in CLASSES} - {"evidence"}
    assert {path.stem for path in FILES} == described


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_a_file_has_the_shapes_of_one_class(path: Path) -> None:
    graph = parsed(path)
    ((root, target),) = graph.subject_objects(SH.targetClass)
    assert str(target) == expand_curie(f"pfocr:{path.stem.capitalize()}")
    assert root == rdflib.URIRef(f"https://pfocr.wikipathways.org/shapes#{path.stem.capitalize()}")
    inner = {shape for name in INNER_SHAPES for shape in graph.subjects() if str(shape).endswith(f"#{name}")}
    assert set(graph.subjects(RDF.type, SH.NodeShape)) - inner == {root}
    properties = set(graph.subjects(RDF.type, SH.PropertyShape))
    assert properties == set(graph.subjects(SH.path, None))
    assert properties - inner == set(graph.objects(root, SH.property))
    assert set(graph.subjects()) - {node for node in graph.subjects() if isinstance(node, rdflib.BNode)} == {root} | properties | inner
    assert all(isinstance(shape, rdflib.URIRef) and str(shape).startswith(f"{root}-") for shape in properties)


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_every_shape_says_in_plain_words_what_is_wrong_and_how_bad_that_is(path: Path) -> None:
    graph = parsed(path)
    for shape in {*graph.subjects(RDF.type, SH.NodeShape), *graph.subjects(RDF.type, SH.PropertyShape)}:
        (message,) = graph.objects(shape, SH.message)
        assert message.language is None, shape
        assert re.fullmatch(r"[A-Z][^{}$?<>\n]{10,110}\.", str(message)), message
        severities = [str(severity).removeprefix(str(SH)) for severity in graph.objects(shape, SH.severity)]
        assert severities in ([], *([name] for name in SEVERITIES)), shape


@pytest.mark.parametrize("path", FILES, ids=lambda path: path.stem)
def test_shapes_speak_of_properties_of_the_vocabulary(path: Path) -> None:
    properties = {expand_curie(row.name): row for row in PROPERTIES}
    graph = parsed(path)
    for shape, property_ in graph.subject_objects(SH.path):
        row = properties[str(property_)]
        for datatype in graph.objects(shape, SH.datatype):
            assert str(datatype) == expand_curie(row.range), shape
        if (shape, SH["class"], None) in graph or (shape, SH.nodeKind, SH.IRI) in graph:
            assert row.is_object, shape


# -- shapes of a user ------------------------------------------------------------------------------------------------------


ON_SUPERCLASS = """
@prefix sh: <http://www.w3.org/ns/shacl#> .
@prefix oa: <http://www.w3.org/ns/oa#> .
@prefix schema: <http://schema.org/> .
@prefix wp: <http://vocabularies.wikipathways.org/wp#> .
<urn:{name}> a sh:NodeShape ; sh:targetClass {target} ; sh:property <urn:{name}-none> .
<urn:{name}-none> a sh:PropertyShape ; sh:path <urn:p> ; sh:minCount 1 ; sh:message "A thing of the user's has a p." .
"""


@pytest.mark.parametrize(
    ("superclass", "target"),
    [("oa:Annotation", "pfocr:Mention"), ("wp:GeneProduct", "pfocr:Gene"), ("schema:ScholarlyArticle", "pfocr:Paper")],
)
def test_a_shape_of_the_users_on_a_superclass_fires(tmp_path: Path, superclass: str, target: str) -> None:
    (tmp_path / "mine.ttl").write_text(ON_SUPERCLASS.format(name="mine", target=superclass), encoding="utf-8")
    validator = Validator(load_shapes([tmp_path]))
    nodes = [
        Resource(node.subject, tuple(pair for pair in node.pairs if pair != (RDF_TYPE, expand_term(superclass)))) for node in complete()
    ]
    expected = sorted(node.subject for node in nodes if (RDF_TYPE, expand_term(target)) in node.pairs)
    for results in (validator.validate(nodes), validator.validate_ntriples(ntriples(nodes))):
        assert sorted(result.focus_node for result in results) == expected
        constraints = {(result.shape, result.path, result.component) for result in results}
        assert constraints == {("<urn:mine-none>", "<urn:p>", "MinCountConstraintComponent")}


def test_a_reference_to_a_thing_of_a_subclass_is_good_enough(tmp_path: Path) -> None:
    text = ON_SUPERCLASS.format(name="mine", target="<urn:Note>").replace("sh:minCount 1", "sh:class oa:Annotation")
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    validator = Validator(load_shapes([tmp_path]))
    mention, gene = first(expand_term("pfocr:Mention")), first(expand_term("pfocr:Gene"))
    for value, results in ((mention.subject, 0), (gene.subject, 1)):
        nodes = [*complete(), Resource("<urn:note>", ((RDF_TYPE, "<urn:Note>"), ("<urn:p>", value)))]
        assert len(validator.validate(nodes)) == len(validator.validate_ntriples(ntriples(nodes))) == results


def test_a_file_of_the_same_name_takes_the_place_and_another_is_added(tmp_path: Path) -> None:
    (tmp_path / "organism.ttl").write_text(ON_SUPERCLASS.format(name="instead", target="<urn:C>"), encoding="utf-8")
    (tmp_path / "zebra.ttl").write_text(ON_SUPERCLASS.format(name="added", target="<urn:C>"), encoding="utf-8")
    shapes = load_shapes([tmp_path])
    assert [Path(name).name for name in shapes.files] == sorted([*(path.name for path in FILES), "zebra.ttl"])
    assert str(tmp_path / "organism.ttl") in shapes.files
    graph = rdflib.Graph().parse(data=shapes.text, format="turtle")
    names = {str(target).rpartition("#")[2].removeprefix("urn:") for target in graph.subjects(SH.targetClass, None)}
    assert names == {path.stem.capitalize() for path in FILES} - {"Organism"} | {"instead", "added"}


def test_the_last_folder_wins(tmp_path: Path) -> None:
    for name in ("a", "b"):
        (tmp_path / name).mkdir()
        (tmp_path / name / "mine.ttl").write_text(ON_SUPERCLASS.format(name=name, target="<urn:C>"), encoding="utf-8")
    assert "<urn:b>" in load_shapes([tmp_path / "a", tmp_path / "b"]).text
    assert "<urn:a>" not in load_shapes([tmp_path / "a", tmp_path / "b"]).text


def test_a_blank_nodes_label_means_another_node_in_another_file(tmp_path: Path) -> None:
    labelled = ON_SUPERCLASS.replace("<urn:{name}-none>", "_:b0")
    (tmp_path / "a.ttl").write_text(labelled.format(name="a", target="<urn:A>"), encoding="utf-8")
    (tmp_path / "b.ttl").write_text(labelled.format(name="b", target="<urn:B>").replace("<urn:p>", "<urn:q>"), encoding="utf-8")
    nodes = [
        Resource("<urn:1>", ((RDF_TYPE, "<urn:A>"), ("<urn:p>", '"1"'))),
        Resource("<urn:2>", ((RDF_TYPE, "<urn:B>"), ("<urn:q>", '"2"'))),
    ]
    assert Validator(load_shapes([tmp_path])).validate_ntriples(ntriples(nodes)) == []


@pytest.mark.parametrize(
    "text",
    [
        "<urn:a> sh:targetClass <urn:b> .",
        "@prefix sh: <http://www.w3.org/ns/shacl#> . <urn:a> sh:targetClass",
        "\ufffe",
        '<urn:a> <urn:b> "\\u12" .',
    ],
)
def test_a_file_that_is_no_turtle_is_refused_with_its_name(tmp_path: Path, text: str) -> None:
    (tmp_path / "mine.ttl").write_text(text, encoding="utf-8")
    with pytest.raises(ShapesError, match=r"mine\.ttl: cannot be read as Turtle"):
        load_shapes([tmp_path])


def test_a_file_that_is_no_text_is_refused_with_its_name(tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_bytes(b"\xff\xfe\x00")
    with pytest.raises(ShapesError, match=r"mine\.ttl: cannot be read"):
        load_shapes([tmp_path])


@pytest.mark.parametrize("name", ["empty", "missing"])
def test_a_folder_without_shapes_is_refused_with_its_name(tmp_path: Path, name: str) -> None:
    (tmp_path / "empty").mkdir()
    with pytest.raises(ShapesError, match=rf"{name}: there are no shapes here; name a folder with \.ttl files"):
        load_shapes([tmp_path / name])


def test_a_folder_is_wanted_where_a_file_is_given(tmp_path: Path) -> None:
    (tmp_path / "mine.ttl").write_text(ON_SUPERCLASS.format(name="mine", target="<urn:C>"), encoding="utf-8")
    with pytest.raises(ShapesError, match="name a folder"):
        load_shapes([tmp_path / "mine.ttl"])


@pytest.mark.parametrize(
    "constraint", ['sh:pattern "("', 'sh:minCount "many"', "sh:minCount -1", "sh:nodeKind <urn:x>", "sh:in <urn:x>", 'sh:minLength "x"']
)
def test_shapes_that_make_no_sense_are_refused(constraint: str) -> None:
    text = ON_SUPERCLASS.format(name="mine", target="<urn:C>").replace("sh:minCount 1", constraint)
    with pytest.raises(ShapesError, match="the shapes cannot be used"):
        Validator(Shapes(text, ()))


def test_turtle_without_a_shape_is_refused() -> None:
    with pytest.raises(ShapesError, match="there is no shape"):
        Validator(Shapes("<urn:a> <urn:b> <urn:c> .", ()))


pytestmark = [pytest.mark.filterwarnings("ignore::DeprecationWarning:rdflib")]


# -- the shapes --------------------------------------------------------------------------------------------------------------------


@pytest.fixture(scope="module")
def shapes() -> rdflib.Graph:
    return rdflib.Graph().parse(data=load_shapes().text, format="turtle")


def paths(shapes: rdflib.Graph) -> Iterator[URIRef]:
    """Every property in every path: alternatives, sequences and inverses are taken apart."""
    pending = list(shapes.objects(None, SH.path))
    while pending:
        path = pending.pop()
        if isinstance(path, URIRef):
            if path != RDF.nil:
                yield path
        else:
            pending += [value for _, value in shapes.predicate_objects(path) if not isinstance(value, rdflib.Literal)]


def test_every_class_that_a_shape_is_about_is_one_of_ours(shapes: rdflib.Graph) -> None:
    classes = {expand_curie(row.name) for row in CLASSES}
    targets = {str(value) for predicate in (SH.targetClass, SH["class"]) for value in shapes.objects(None, predicate)}
    assert targets
    assert targets - classes == set()


def test_every_path_of_a_shape_is_a_property_that_the_graph_may_have(shapes: rdflib.Graph) -> None:
    """Ours are all in the vocabulary; of others the name space is known, and so is the property, for a misspelt one would never fire."""
    properties = {expand_curie(row.name) for row in PROPERTIES} | {str(RDF.type)}
    used_paths = {str(path) for path in paths(shapes)}
    assert len(used_paths) > 25
    assert used_paths - properties == set()


def test_every_term_of_ours_in_the_shapes_is_in_the_vocabulary(shapes: rdflib.Graph) -> None:
    declared = {expand_curie(row.name) for table in (CLASSES, PROPERTIES, EVIDENCE_TYPES) for row in table}
    used_terms = {str(part) for triple in shapes for part in triple if isinstance(part, URIRef) and str(part).startswith(PFOCR)}
    assert used_terms - declared == set()


def test_every_class_with_instances_of_its_own_has_a_shape(shapes: rdflib.Graph) -> None:
    targets = {str(value) for value in shapes.objects(None, SH.targetClass)}
    assert {expand_curie(row.name) for row in CLASSES} - {expand_curie("pfocr:Evidence")} <= targets


def test_every_property_of_ours_is_in_a_shape(shapes: rdflib.Graph) -> None:
    properties = {expand_curie(row.name) for row in PROPERTIES if row.name.startswith("pfocr:")}
    assert properties - {str(path) for path in paths(shapes)} == set()
