"""What Prometheus reads, over real HTTP, and what it is told of the daemon's health."""

import asyncio
import socket
from datetime import timedelta

import aiohttp
import pytest
from prometheus_client.parser import text_string_to_metric_families

from scheduler.metrics import MetricsServer, as_metrics
from scheduler.status import status_of
from storage.engine import Database
from storage.errors import SettingsError
from storage.watch import beat
from tests.conftest import NOW
from tests.scheduler.conftest import Folder, add_followup, mail_settings


def free_address() -> str:
    with socket.socket() as taken:
        taken.bind(("127.0.0.1", 0))
        return f"127.0.0.1:{taken.getsockname()[1]}"


def alive(database: Database, ago: timedelta = timedelta(0)) -> None:
    with database.write() as session:
        beat(session, "desk", 1, "0.2.0", started_at=NOW, now=NOW - ago)


def test_metrics_are_in_the_text_format_and_name_nobody(database: Database, folder: Folder) -> None:
    settings = folder.settings(mail_settings(25))
    add_followup(database)
    alive(database)
    with database.read() as session:
        text = as_metrics(status_of(session, settings, NOW)).decode()
    families = {family.name: family for family in text_string_to_metric_families(text)}
    values = {
        (name, *sample.labels.values()): sample.value
        for name, family in families.items()
        for sample in family.samples
    }
    assert values["chipwatch_alive",] == 1
    assert values["chipwatch_items",] == 1
    assert values["chipwatch_followups", "open"] == 1
    assert values["chipwatch_database_bytes",] > 0
    assert all(family.documentation for name, family in families.items() if name.startswith("chipwatch_"))
    assert "process_resident_memory_bytes" in families
    assert "editor@blog.example" not in text


async def ask(address: str, path: str) -> tuple[int, str]:
    async with aiohttp.ClientSession() as session, session.get(f"http://{address}{path}") as answer:
        return answer.status, await answer.text()


def test_it_is_served_where_the_settings_say_and_moves_with_them(database: Database, folder: Folder) -> None:
    one, other = (f'[daemon]\nmetrics = "{free_address()}"\n' for _ in range(2))

    async def run() -> None:
        server = MetricsServer(database, lambda: NOW)
        first = folder.settings(one)
        await server.serve(first)
        try:
            assert (await ask(first.daemon.metrics, "/health")) == (503, "the loop stands still\n")
            alive(database)
            assert (await ask(first.daemon.metrics, "/health")) == (200, "alive\n")
            second = folder.settings(other)
            await server.serve(second)
            status, text = await ask(second.daemon.metrics, "/metrics")
            assert (status, "chipwatch_alive 1.0" in text) == (200, True)
            with pytest.raises(aiohttp.ClientConnectorError):
                await ask(first.daemon.metrics, "/metrics")
            await server.serve(folder.settings(""))
            with pytest.raises(aiohttp.ClientConnectorError):
                await ask(second.daemon.metrics, "/metrics")
        finally:
            await server.close()

    asyncio.run(run())


def test_an_address_that_is_taken_is_named(database: Database, folder: Folder) -> None:
    async def run() -> None:
        with socket.socket() as taken:
            taken.bind(("127.0.0.1", 0))
            taken.listen()
            address = f"127.0.0.1:{taken.getsockname()[1]}"
            server = MetricsServer(database, lambda: NOW)
            with pytest.raises(SettingsError, match=rf"\[daemon\] metrics: {address} cannot be taken"):
                await server.serve(folder.settings(f'[daemon]\nmetrics = "{address}"\n'))

    asyncio.run(run())


def test_settings_that_are_refused_leave_it_where_it_was(database: Database, folder: Folder) -> None:
    async def run() -> None:
        server = MetricsServer(database, lambda: NOW)
        first = folder.settings(f'[daemon]\nmetrics = "{free_address()}"\n')
        await server.serve(first)
        try:
            with socket.socket() as taken:
                taken.bind(("127.0.0.1", 0))
                taken.listen()
                address = f"127.0.0.1:{taken.getsockname()[1]}"
                with pytest.raises(SettingsError, match="cannot be taken"):
                    await server.serve(folder.settings(f'[daemon]\nmetrics = "{address}"\n'))
            assert (await ask(first.daemon.metrics, "/health"))[0] == 503
        finally:
            await server.close()

    asyncio.run(run())


@pytest.mark.parametrize("host", ["..", "a" * 300])
def test_what_cannot_be_a_host_is_named_and_the_old_address_stays(
    database: Database, folder: Folder, host: str
) -> None:
    async def run() -> None:
        server = MetricsServer(database, lambda: NOW)
        first = folder.settings(f'[daemon]\nmetrics = "{free_address()}"\n')
        await server.serve(first)
        try:
            alive(database)
            with pytest.raises(SettingsError, match=rf"\[daemon\] metrics: {host}:80 cannot be taken"):
                await server.serve(folder.settings(f'[daemon]\nmetrics = "{host}:80"\n'))
            assert (await ask(first.daemon.metrics, "/health")) == (200, "alive\n")
        finally:
            await server.close()

    asyncio.run(run())


def test_a_port_that_there_is_not_is_refused(folder: Folder) -> None:
    with pytest.raises(SettingsError, match=r"\[daemon\] metrics must have a port up to 65535"):
        folder.settings('[daemon]\nmetrics = "127.0.0.1:99999"\n')


@pytest.mark.parametrize("address", ["9464", "127.0.0.1", "http://127.0.0.1:9464", "a b:1", "a:١"])
def test_what_is_no_address_is_refused(folder: Folder, address: str) -> None:
    with pytest.raises(SettingsError, match=r"\[daemon\] metrics must be a host and a port"):
        folder.settings(f'[daemon]\nmetrics = "{address}"\n')
