"""What comes together from all records, wherever they were worked on: the report, the numbers, the entities, who lost to whom."""

from __future__ import annotations

import hashlib
from collections.abc import Iterable, Iterator
from itertools import islice

from pfocr2rdf.errors import RecordError, StoppedError
from pfocr2rdf.pipeline.counts import Counts
from pfocr2rdf.pipeline.duplicates import Duplicates
from pfocr2rdf.pipeline.entities import Conflict, Entities, Origin
from pfocr2rdf.pipeline.report import ReportFiles
from pfocr2rdf.pipeline.results import EXPORTED, LOST, QUARANTINED, REFUSED, Outcome, Quarantined, Said, Warned, Work
from pfocr2rdf.pipeline.state import State
from pfocr2rdf.pipeline.summary import Summary
from pfocr2rdf.rdf.terms import Node
from pfocr2rdf.storage.staging import OutputDirectory
from pfocr2rdf.validation.results import Result
from pfocr2rdf.validation.validator import Validator

_ENTITIES_AT_ONCE = 512


class Gathering:
    """Takes the outcomes of all records, in order.

    Args:
        directory: takes what is quarantined.
        report: takes what there is to say.
        state: keeps entities and figures.
        losers: what is to be said of records that are known to lose to another one of their figure, by number.
        stop_at: statuses that end the run.
    """

    def __init__(
        self,
        directory: OutputDirectory,
        report: ReportFiles,
        state: State,
        losers: dict[int, RecordError | Warned],
        stop_at: frozenset[str] = frozenset(),
    ) -> None:
        self.directory, self.report, self._known_losers, self._stop_at = directory, report, losers, stop_at
        self.summary, self.counts = Summary(), Counts()
        self.entities, self.duplicates = Entities(state.database), Duplicates(state.database)
        self.digest = hashlib.sha256()
        self._refused: set[str] = set()

    def judge(self, outcomes: list[Outcome]) -> list[Outcome]:
        """The same, with the status of those put right that lose to another record of their figure."""
        read = [one for one in outcomes if one.figid and one.status in (EXPORTED, QUARANTINED) and one.number not in self._known_losers]
        lost = self.duplicates.judge(read, outcomes[0].number) if read else set()
        return [one._replace(status=LOST) if one.number in lost or one.number in self._known_losers else one for one in outcomes]

    def learn(self, work: Work) -> None:
        """What a batch says as a whole. Of records that lose, ``forget`` takes it away again."""
        self.entities.learn(work.descriptions)
        self.counts.merge(work.counts)
        self.summary.tally(work.tally)

    def forget(self, outcome: Outcome) -> None:
        """What a batch counted for a record that is not exported after all."""
        said = Said.from_json(outcome.said)
        self.counts.take_away(said.counts)
        self.summary.tally(said.tally, -1)

    def recall(self, outcome: Outcome) -> None:
        """What a record of before counts, which no batch of now does."""
        said = Said.from_json(outcome.said)
        self.counts.merge(said.counts)
        self.summary.tally(said.tally)

    def take(self, outcome: Outcome, quarantined: Quarantined | None) -> None:
        """One record's outcome."""
        if outcome.status == LOST:
            return
        self.digest.update(outcome.digest)
        if outcome.status == EXPORTED:
            self.summary.exported += 1
            self.entities.say(outcome.keys, Origin(outcome.rank, outcome.figid, outcome.number))
        if outcome.status != EXPORTED or '"results":' in outcome.said or '"warnings":' in outcome.said:
            self._say(outcome, Said.from_json(outcome.said), quarantined)

    def _say(self, outcome: Outcome, said: Said, quarantined: Quarantined | None) -> None:
        if outcome.status == REFUSED and said.refusal:
            self.refuse(said.refusal)
        for result in said.results:
            self.report.result(result)
        for warning in said.warnings:
            self.report.warning(Warned(outcome.figid, outcome.where, warning))
        if quarantined:
            self._quarantine(outcome, said, quarantined)

    def _quarantine(self, outcome: Outcome, said: Said, quarantined: Quarantined) -> None:
        worst = next((result.sentence() for result in said.results if result.severity == "Violation"), "")
        sentence = said.refusal.reason if said.refusal else worst
        if QUARANTINED in self._stop_at:
            raise StoppedError(f"stopped at the first violation: {outcome.where}: {sentence}")
        self.directory.quarantine(quarantined.name, quarantined.files, quarantined.reasons)
        self.report.quarantined(outcome.figid, outcome.where, said.refusal.reason if said.refusal else "")
        if len(self.summary.shown_quarantined) < Summary.SHOWN:
            self.summary.shown_quarantined.append((quarantined.name, sentence))

    def refuse(self, error: RecordError) -> None:
        """A record or table that cannot be used."""
        self.report.refusal(error)
        self._refused.add(error.figid)
        self.summary.refused += 1
        if len(self.summary.refusals) < Summary.SHOWN:
            self.summary.refusals.append(error)
        if REFUSED in self._stop_at:
            raise StoppedError(f"stopped at the first refusal: {error}")

    def tell(self, orphans: dict[str, list[str]]) -> None:
        """Say which records lost to another of their figure, and which tables have no figure."""
        for _, said in sorted((self._known_losers | self.duplicates.losers).items()):
            if isinstance(said, RecordError):
                self.refuse(said)
            else:
                self.report.warning(said)
                self.summary.superseded += 1
        for stem, tables in orphans.items():
            if not self.duplicates.knows(stem) and stem not in self._refused:
                for table in tables:
                    self.refuse(RecordError("the table's figure is missing", where=table, remedy="add the figure or remove the table"))

    def entities_in_batches(self, validator: Validator) -> Iterator[list[Node]]:
        """The entities, sorted and counted, in the batches in which they are written, however the export is laid out."""
        entities = self._merged_entities(validator)
        while batch := list(islice(entities, _ENTITIES_AT_ONCE)):
            self.counts.add(batch)
            yield batch

    def _merged_entities(self, validator: Validator) -> Iterator[Node]:
        """The entities, sorted; those put together from several descriptions are validated, and disagreements reported."""
        conflicts: list[Conflict] = []
        for node in self.entities.merged(conflicts):
            for result in self._entity_results(node, validator):
                self.report.result(result)
            yield node
            for conflict in conflicts:
                self.report.conflict(conflict)
            conflicts.clear()

    def _entity_results(self, node: Node, validator: Validator) -> Iterable[Result]:
        """What is wrong with an entity that several descriptions were merged to; each of them alone was validated with its figure."""
        if not self.entities.is_merged(node.subject):
            return []
        beside = [other for _, value in node.pairs if (other := self.entities.node(value))]
        where = f"merged from {', '.join(self.entities.origins(node.subject))}"
        return [result for result in validator.validate([node, *beside], where) if result.focus_node == node.subject]

    def close(self) -> None:
        """Put the numbers together and end the report."""
        summary, report = self.summary, self.report
        summary.quarantined = report.counts["quarantined"]
        summary.warnings, summary.conflicts = report.counts["warnings"], report.counts["conflicts"]
        summary.severities = report.severities
        summary.triples, summary.entities = self.counts.triples, len(self.entities)
        report.close(summary.as_dict(timing=False))
