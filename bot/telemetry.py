"""Logs and metrics; they carry names of commands, templates and faults, never what people write."""

import logging
import secrets
import sys
import traceback
from functools import cached_property
from typing import Any, TextIO

from prometheus_client import (
    CollectorRegistry,
    Counter,
    Gauge,
    Histogram,
    generate_latest,
)


def set_up_logs(level: str, stream: TextIO | None = None) -> None:
    """Send structured lines of at least `level` to a stream, standard error by default."""
    import structlog  # a fifth of a second, which a chat that logs nothing need not wait for

    number = logging.getLevelNamesMapping()[level.upper()]
    out = stream or sys.stderr
    structlog.configure(
        processors=[
            structlog.processors.add_log_level,
            structlog.processors.TimeStamper(fmt="iso", utc=True),
            structlog.processors.KeyValueRenderer(key_order=["timestamp", "level", "event"]),
        ],
        wrapper_class=structlog.make_filtering_bound_logger(number),
        logger_factory=structlog.WriteLoggerFactory(out),
        cache_logger_on_first_use=False,
    )


class Telemetry:
    """Counts, times and incidents of one running bot, over a registry of its own.

    With a `level` the logs are set up when the first line is logged; else whoever starts the bot has done so.
    """

    def __init__(self, level: str | None = None) -> None:
        self.registry = CollectorRegistry()
        self._level = level
        self._answers = Counter(
            "marginalia_answers",
            "Answers by template",
            ["platform", "template"],
            registry=self.registry,
        )
        self._seconds = Histogram(
            "marginalia_answer_seconds",
            "Time to answer",
            ["platform"],
            registry=self.registry,
        )
        self._incidents = Counter(
            "marginalia_incidents",
            "Unexpected faults",
            ["kind"],
            registry=self.registry,
        )
        self._notices = Counter(
            "marginalia_notices",
            "Notices by outcome",
            ["platform", "outcome"],
            registry=self.registry,
        )
        self.fronts = Gauge(
            "marginalia_front_up",
            "Whether a front is serving",
            ["platform"],
            registry=self.registry,
        )

    @cached_property
    def log(self) -> Any:
        """The structured log."""
        import structlog

        if self._level is not None:
            set_up_logs(self._level)
        return structlog.get_logger()

    def answered(self, platform: str, template: str, seconds: float) -> None:
        """Count one answer and its time in seconds."""
        self._answers.labels(platform, template).inc()
        self._seconds.labels(platform).observe(seconds)

    def noticed(self, platform: str, outcome: str) -> None:
        """Count one notice: `sent`, `later`, `unreachable` or `failed`."""
        self._notices.labels(platform, outcome).inc()

    def incident(self, fault: BaseException) -> str:
        """Log a fault by its kind and place, without its message, which may quote people; returns its number."""
        number = secrets.token_hex(3)
        frames = traceback.extract_tb(fault.__traceback__)[-6:]
        places = [f"{frame.name}:{frame.lineno}" for frame in frames]
        self._incidents.labels(type(fault).__name__).inc()
        self.log.error("incident", number=number, kind=type(fault).__name__, places=places)
        return number

    def ready(self) -> bool:
        """Whether at least one front is serving."""
        return any(sample.value > 0 for metric in self.fronts.collect() for sample in metric.samples)

    def exposition(self) -> bytes:
        """The metrics in Prometheus's text format."""
        return generate_latest(self.registry)
