"""Validation with SHACL: shapes, engine, results."""

from pfocr2rdf.validation.report import as_json, report_turtle
from pfocr2rdf.validation.results import SEVERITIES, Result, counted
from pfocr2rdf.validation.shapes import Shapes, load_shapes
from pfocr2rdf.validation.validator import Validator, axioms, validator_of

__all__ = ["SEVERITIES", "Result", "Shapes", "Validator", "as_json", "axioms", "counted", "load_shapes", "report_turtle", "validator_of"]
