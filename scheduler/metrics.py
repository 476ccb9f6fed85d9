"""Metrics for Prometheus, and whether the daemon is well, over HTTP, where the settings ask for it."""

import logging
from collections.abc import Callable, Iterator
from datetime import datetime
from importlib.util import find_spec

from aiohttp import web

from scheduler.settings import Settings
from scheduler.status import Status, status_of
from storage.engine import Database
from storage.errors import SettingsError, StorageError

logger = logging.getLogger(__name__)


def check_metrics(settings: Settings) -> None:
    """Raise `SettingsError` if metrics are asked for and the library is missing."""
    if settings.daemon.metrics and find_spec("prometheus_client") is None:
        raise SettingsError("[daemon] metrics needs prometheus_client: pip install 'chipwatch[metrics]'")


class MetricsServer:
    """Answers `/metrics` and `/health` at an address, one at a time; with none it is off."""

    def __init__(self, database: Database, now: Callable[[], datetime]) -> None:
        self._database = database
        self._now = now
        self._runner: web.AppRunner | None = None
        self._settings: Settings | None = None

    async def serve(self, settings: Settings) -> None:
        """Be at the settings' address, and nowhere else. Raises `SettingsError` if it cannot be taken."""
        check_metrics(settings)
        before = self._settings
        if before is None or before.daemon.metrics != settings.daemon.metrics:
            await self.close()
            try:
                await self._open(settings.daemon.metrics)
            except (OSError, UnicodeError) as error:  # the latter of what cannot be the name of a host
                if before is not None:
                    await self._open(before.daemon.metrics)  # it was free a moment ago
                said = getattr(error, "strerror", error)
                raise SettingsError(
                    f"[daemon] metrics: {settings.daemon.metrics} cannot be taken: {said}"
                ) from error
        self._settings = settings

    async def _open(self, address: str) -> None:
        if not address:
            return
        host, _, port = address.rpartition(":")
        app = web.Application()
        app.add_routes([web.get("/metrics", self._metrics), web.get("/health", self._health)])
        self._runner = web.AppRunner(app, access_log=None, handle_signals=False)
        await self._runner.setup()
        try:
            await web.TCPSite(self._runner, host.strip("[]"), int(port)).start()
        except (OSError, UnicodeError):
            await self.close()
            raise
        logger.info("metrics at http://%s/metrics", address)

    async def close(self) -> None:
        """Be nowhere."""
        if self._runner is not None:
            await self._runner.cleanup()
            self._runner = None

    async def _status(self) -> Status:
        assert self._settings is not None  # noqa: S101 - it serves
        return await self._database.reading(status_of, self._settings, self._now())

    async def _metrics(self, _request: web.Request) -> web.Response:
        try:
            body = as_metrics(await self._status())
        except StorageError as error:
            return web.Response(status=503, text=f"{error}\n")
        return web.Response(body=body, headers={"Content-Type": "text/plain; version=0.0.4; charset=utf-8"})

    async def _health(self, _request: web.Request) -> web.Response:
        try:
            alive = (await self._status()).alive
        except StorageError as error:
            return web.Response(status=503, text=f"{error}\n")
        return web.Response(
            status=200 if alive else 503, text="alive\n" if alive else "the loop stands still\n"
        )


def as_metrics(status: Status) -> bytes:
    """The status in Prometheus' text format; no address of a recipient stands in it."""
    from prometheus_client import CollectorRegistry, generate_latest
    from prometheus_client.core import GaugeMetricFamily
    from prometheus_client.process_collector import ProcessCollector
    from prometheus_client.registry import Collector

    class OfStatus(Collector):
        def collect(self) -> Iterator[GaugeMetricFamily]:
            for name, meaning, label, values in _families(status):
                family = GaugeMetricFamily(f"chipwatch_{name}", meaning, labels=[label] if label else None)
                for of, value in values.items():
                    family.add_metric([of] if label else [], value)
                yield family

    registry = CollectorRegistry(auto_describe=True)
    registry.register(OfStatus())
    ProcessCollector(registry=registry)
    return bytes(generate_latest(registry))


def _families(status: Status) -> Iterator[tuple[str, str, str, dict[str, float]]]:
    """Each metric: its name, its meaning, its label, and its values by label."""
    sizes, digests = status.sizes, status.digests
    waiting = [digest for digest in digests if digest.sent_at is None and not digest.silent]
    refused = sum(digest.refused_at is not None for digest in waiting)
    ended = {job.name: job.ended_at.timestamp() for job in status.jobs if job.ended_at is not None}
    failed = {job.name: float(job.error is not None) for job in status.jobs}
    yield "alive", "Whether the daemon's loop turned within the last minute.", "", {"": float(status.alive)}
    yield "problems", "Things that need a person.", "", {"": len(status.problems)}
    yield (
        "sources",
        "Sources by their condition.",
        "condition",
        {k: float(v) for k, v in status.sources.items()},
    )
    yield "posts", "Posts that are imported.", "", {"": sizes.posts}
    yield "items", "Items that are stored.", "", {"": sizes.items}
    yield "items_waiting", "Items that wait to be linked.", "", {"": sizes.waiting}
    yield (
        "followups",
        "Follow-ups that wait, by status.",
        "status",
        {"open": float(sizes.open), "snoozed": float(sizes.snoozed)},
    )
    yield "digests_waiting", "Digests that were not taken yet.", "", {"": len(waiting) - refused}
    yield "digests_refused", "Digests that were refused for good.", "", {"": refused}
    yield "database_bytes", "Size of the database.", "", {"": sizes.bytes}
    yield "job_end_timestamp_seconds", "When a job last ended.", "job", ended
    yield "job_failed", "Whether a job failed the last time.", "job", failed
