"""A collection while it is being read: every id, language and judgement checked as it comes. Reads no file."""

from collections import Counter, defaultdict
from collections.abc import Mapping, Sequence
from pathlib import Path

from polybatch.errors import DataError, Fault
from polybatch.records import SETTINGS, Collection, Passage, Query, Setting

SHOWN = 50  # faults of one file that are listed; the rest are counted
NAMED = 5  # passages that a note names


class Draft:
    """Add passages, then queries, then judgements; `finish` gives the collection, or raises with every fault.

    `languages`, where given, are the only ones kept; judgements that name a query or passage of another are passed
    over. Readers put faults of their own into `faults`, what the collection's users must know into `notes`, and the
    settings that mean something into `settings`. `corpus_may_lack` is for an upstream whose judgements are known to
    name passages that its corpus lacks: no ranker can find those, so they are passed over and counted in the notes.
    """

    def __init__(
        self,
        name: str,
        folder: Path,
        *,
        licence: str,
        languages: Sequence[str] | None = None,
        corpus_may_lack: bool = False,
    ) -> None:
        self.faults: list[Fault] = []
        self.notes: dict[str, str] = {}
        self.settings: tuple[Setting, ...] = SETTINGS
        self._corpus_may_lack = corpus_may_lack
        self._lacking: dict[str, Counter[bool]] = defaultdict(Counter)  # by passage, how often relevant and how not
        self._name, self._folder, self._licence = name, folder, licence
        self._languages = languages
        self._seen: set[str] = set()
        self._counts: Counter[str] = Counter()
        self._queries: dict[str, dict[str, Query]] = defaultdict(dict)
        self._query_ids: set[str] = set()
        self._passages: dict[str, list[Passage]] = defaultdict(list)
        self._language_of: dict[str, str] = {}
        self._other_queries: set[str] = set()
        self._other_passages: set[str] = set()
        self._grades: dict[str, dict[str, int]] = defaultdict(dict)

    def wants(self, language: str) -> bool:
        """Whether a language that was found is to be kept."""
        self._seen.add(language)
        return self._languages is None or language in self._languages

    def count(self, what: str) -> None:
        """Count something that upstream's rules or ours leave out or merge; the sum becomes a note."""
        self._counts[what] += 1

    def add_passage(self, language: str, passage: str, text: str, where: str) -> None:
        """A candidate. Faults: an id that was there before, in any language; no text."""
        if not self.wants(language):
            self._other_passages.add(passage)
        elif passage in self._language_of:
            self.faults.append(Fault(where, f"passage {passage!r} occurs twice", "ids are unique over all languages"))
        elif not text.strip():
            self.faults.append(Fault(where, f"passage {passage!r} has no text", "fill it, or remove it"))
            self._other_passages.add(passage)  # judgements of it are no faults besides
        else:
            self._language_of[passage] = language
            self._passages[language].append(Passage(passage, text))

    def add_query(
        self, language: str, query: str, text: str, where: str, *, cluster: str | None = None, repeats: bool = False
    ) -> None:
        """A query; its `cluster` is itself unless one is named. Versions in several languages share the id.

        Faults: an id twice in one language, unless `repeats` and the text is the same; no text.
        """
        if not self.wants(language):
            self._other_queries.add(query)
            return
        found = Query(query, cluster or query, text)
        if (before := self._queries[language].get(query)) and not (repeats and before == found):
            wrong = "occurs twice" + (" with another text" if repeats else "")
            self.faults.append(Fault(where, f"query {query!r} {wrong}", f"ids are unique in a language ({language})"))
        elif not text.strip():
            self.faults.append(Fault(where, f"query {query!r} has no text", "fill it, or remove it"))
            self._other_queries.add(query)
        else:
            self._queries[language][query] = found
            self._query_ids.add(query)

    def judge(self, query: str, passage: str, grade: int, where: str) -> None:
        """A judgement; a grade over 0 is relevant.

        Faults: another grade than before; a query that is unknown; a passage that is, unless `corpus_may_lack` it.
        Where no query or no passage was read at all, `finish` says that, and not every judgement of them.
        """
        known_query, known_passage = query in self._query_ids, passage in self._language_of
        if not known_query and query not in self._other_queries and self._any_query():
            self.faults.append(Fault(where, f"judgement of query {query!r}, which is not among the queries"))
        if not known_passage and passage not in self._other_passages and self._corpus_may_lack:
            self._lacking[passage][grade > 0] += 1
        elif not known_passage and passage not in self._other_passages and self._any_passage():
            self.faults.append(Fault(where, f"judgement of passage {passage!r}, which is not in the pool"))
        if known_query and known_passage:
            before = self._grades[query].setdefault(passage, grade)
            if before != grade:
                found = f"query {query!r}, passage {passage!r}: grade {grade}, but {before} before"
                self.faults.append(Fault(where, found, "one grade for a pair"))

    def finish(self) -> Collection:
        """The collection. Queries without a relevant passage are left out and counted in the notes.

        Raises DataError with every fault, those found so far and these: a language asked for that is not there, no
        queries, a pool (the passages of a language) with no relevant passage.
        """
        relevant = {
            query: frozenset(passage for passage, grade in grades.items() if grade > 0)
            for query, grades in self._grades.items()
        }
        relevant = {query: passages for query, passages in relevant.items() if passages}
        queries = {
            code: kept
            for code, found in sorted(self._queries.items())
            if (kept := tuple(query for query in found.values() if query.id in relevant))
        }
        self._check(queries, {self._language_of[passage] for passages in relevant.values() for passage in passages})
        if self.faults:
            raise DataError(shortened(self.faults))
        for code, found in sorted(self._queries.items()):
            if unanswered := len(found) - len(queries.get(code, ())):
                self.notes[f"{code} queries without a relevant passage, left out"] = str(unanswered)
        self.notes |= {what: str(count) for what, count in sorted(self._counts.items())}
        if self._lacking:
            self.notes["judgements of passages missing from the corpus, left out"] = self._lost()
        return Collection(
            name=self._name,
            queries=queries,
            passages={code: tuple(found) for code, found in sorted(self._passages.items())},
            judgements=relevant,
            licence=self._licence,
            notes=self.notes,
            grades=self._over_one(),
            settings=self.settings,
        )

    def _any_query(self) -> bool:
        return bool(self._query_ids or self._other_queries)

    def _any_passage(self) -> bool:
        return bool(self._language_of or self._other_passages)

    def _lost(self) -> str:
        """`3, 2 of them relevant: sw:17, sw:4`."""
        total = sum(self._lacking.values(), Counter[bool]())
        named = ", ".join(list(self._lacking)[:NAMED]) + ", …" * (len(self._lacking) > NAMED)
        return f"{total.total()}, {total[True]} of them relevant: {named}"

    def _over_one(self) -> dict[str, dict[str, int]]:
        """Grades of 2 and more; a relevant passage without one has 1."""
        over = {
            query: {passage: grade for passage, grade in grades.items() if grade > 1}
            for query, grades in self._grades.items()
        }
        return {query: grades for query, grades in over.items() if grades}

    def _check(self, queries: Mapping[str, Sequence[Query]], answering: set[str]) -> None:
        where = str(self._folder)
        found = f"found: {', '.join(sorted(self._seen)) or 'none'}"
        missing = [code for code in self._languages or () if code not in self._seen]
        self.faults += [Fault(where, f"nothing in {code!r}", found) for code in missing]
        if self.faults:
            return  # what follows would only repeat them
        if not self._passages:
            self.faults.append(Fault(where, f"no passages in the languages asked for of {self._name}", found))
        elif not any(self._queries.values()):
            self.faults.append(Fault(where, f"no queries in the languages asked for of {self._name}", found))
        elif not queries:
            self.faults.append(Fault(where, "no query has a relevant passage", "judgements of a grade over 0"))
        else:
            for code in sorted(self._passages.keys() - answering):
                works = "leave the language out, or add its judgements"
                self.faults.append(Fault(where, f"no passage in {code!r} is relevant to any query", works))


def shortened(faults: Sequence[Fault]) -> list[Fault]:
    """The first 50 faults of each file, then one that counts the rest, in order: a broken corpus stays readable."""
    per_file: Counter[str] = Counter()
    kept: list[Fault] = []
    for fault in faults:
        file = fault.where.rpartition(":")[0] or fault.where
        per_file[file] += 1
        if per_file[file] <= SHOWN:
            kept.append(fault)
    rest = {file: count - SHOWN for file, count in per_file.items() if count > SHOWN}
    return kept + [Fault(file, f"{count} more faults", "correct those above first") for file, count in rest.items()]


def joined(*parts: object) -> str:
    """A title and a text as one text: what there is of them, apart by a space. What is not text is passed over."""
    return " ".join(part.strip() for part in parts if isinstance(part, str) and part.strip())
