"""Plans: the script and the files with which a store's own loader takes an export in, for stores that are filled natively."""

from pfocr2rdf.stores.plans.inputs import Inputs
from pfocr2rdf.stores.plans.planning import TARGETS, Target, plan

__all__ = ["TARGETS", "Inputs", "Target", "plan"]
