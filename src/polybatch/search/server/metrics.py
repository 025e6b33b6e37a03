"""What the server counts, in Prometheus' form, in a registry of its own: requests, batches, languages of the hits."""

from collections import Counter as Count
from collections.abc import Callable, Iterable, Mapping, Sequence

from prometheus_client import CollectorRegistry, Counter, Gauge, Histogram, ProcessCollector, generate_latest
from prometheus_client.core import GaugeMetricFamily
from prometheus_client.registry import Collector

from polybatch.search.records import Hit

SECONDS = (0.005, 0.01, 0.025, 0.05, 0.1, 0.2, 0.5, 1.0, 2.5, 5.0, 10.0)
SIZES = (1, 2, 4, 8, 16)
SHOWN = 10  # hits whose languages are counted: those that people look at

Languages = Callable[[], Mapping[str, int]]


class Metrics:
    """The counts of one application. `languages` gives the passages by language of each index, by its name."""

    def __init__(self, languages: Mapping[str, Languages]) -> None:
        self._registry = CollectorRegistry()
        ProcessCollector(registry=self._registry)
        self._registry.register(_Passages(languages))
        registry = self._registry
        self._requests = Counter(
            "polybatch_requests", "Requests answered.", ["method", "path", "status"], registry=registry
        )
        self._seconds = Histogram(
            "polybatch_request_seconds", "Time to answer.", ["method", "path"], buckets=SECONDS, registry=registry
        )
        self._batch = Histogram(
            "polybatch_batch_queries", "Queries answered together.", ["index"], buckets=SIZES, registry=registry
        )
        self._waiting = Gauge("polybatch_waiting_queries", "Queries that wait.", ["index"], registry=registry)
        self._hits = Counter(
            "polybatch_hits", f"First {SHOWN} hits by language.", ["index", "language"], registry=registry
        )

    def answered(self, method: str, path: str, status: int, seconds: float) -> None:
        """Count a request. Paths are those of routes, so that there are only so many."""
        self._requests.labels(method, path, str(status)).inc()
        self._seconds.labels(method, path).observe(seconds)

    def batch(self, index: str) -> Callable[[int], None]:
        """What counts the batches of an index."""
        return self._batch.labels(index).observe

    def watch_waiting(self, index: str, waiting: Callable[[], int]) -> None:
        """Ask for the queries that wait for an index whenever the metrics are read."""
        self._waiting.labels(index).set_function(waiting)

    def shown(self, index: str, hits: Sequence[Hit]) -> None:
        """Count the languages that the top of an answer shows."""
        for language, count in Count(hit.language for hit in hits[:SHOWN]).items():
            self._hits.labels(index, language).inc(count)

    def text(self) -> bytes:
        """All of it, as Prometheus reads it."""
        return generate_latest(self._registry)


class _Passages(Collector):
    def __init__(self, languages: Mapping[str, Languages]) -> None:
        self._languages = languages

    def collect(self) -> Iterable[GaugeMetricFamily]:
        family = GaugeMetricFamily("polybatch_passages", "Passages held, by language.", labels=["index", "language"])
        for index, languages in self._languages.items():
            for language, count in languages().items():
                family.add_metric([index, language], count)
        yield family

    def describe(self) -> Iterable[GaugeMetricFamily]:
        return ()  # nothing is looked up when this is registered
