"""`chipwatch crawl`: what a crawl tells, as lines, as JSON and on a terminal."""

import json
import os
import pty
import subprocess
import sys

from tests.scheduler.conftest import ALLOWED, HOSTILE, Folder, Site, feed

WAIT = "2 items to be linked to your posts: chipwatch posts import PATH"


def watch(folder: Folder, site: Site, *paths: str) -> None:
    """Settings with a source for each path, named after it."""
    sources = "".join(site.source(path.strip("/").title(), path) for path in paths)
    folder.settings(ALLOWED + sources)


def test_a_crawl_prints_a_line_a_source_and_a_summary(folder: Folder, site: Site) -> None:
    site.pages["/good"] = feed("Acme moves", "Acme hires")
    watch(folder, site, "/good", "/gone")
    ran = folder.run("crawl")
    assert ran.code == 0
    assert ran.err == ""
    *sources, summary, waiting = ran.out.splitlines()
    assert sorted(sources) == ["Gone: failed: HTTP 404 Not Found; check the address", "Good: 2 new, 0 known"]
    assert summary == ("2 sources asked: 0 unchanged, 1 failed. Items: 2 new, 0 known. Follow-ups opened: 0.")
    assert waiting == WAIT


def test_the_second_time_nothing_is_new(folder: Folder, site: Site) -> None:
    site.pages["/good"] = feed("Acme moves", "Acme hires")
    watch(folder, site, "/good")
    folder.run("crawl")
    assert folder.run("crawl", "--force").out.splitlines()[0] == "Good: unchanged"
    site.pages["/good"] = feed("Acme moves", "Acme hires", "Acme wins")
    assert folder.run("crawl", "--force").out.splitlines()[0] == "Good: 1 new, 2 known"


def test_json_is_one_object_with_stable_names(folder: Folder, site: Site) -> None:
    site.pages["/good"] = feed("Acme moves", "Acme hires")
    watch(folder, site, "/good", "/gone")
    ran = folder.run("crawl", "--json")
    assert (ran.code, ran.err) == (0, "")
    assert json.loads(ran.out) == {
        "sources": 2,
        "unchanged": 0,
        "failed": 1,
        "new": 2,
        "known": 0,
        "changed": 0,
        "backlog": 0,
        "not_due": 0,
        "linked": 0,
        "again": 0,
        "followups": 0,
        "waiting": 2,
        "stopped": False,
        "failures": [
            {"source": "Gone", "url": f"{site.url}/gone", "reason": "HTTP 404 Not Found; check the address"}
        ],
        "flawed": [],
    }


def test_the_exit_code_is_1_if_every_source_failed(folder: Folder, site: Site) -> None:
    watch(folder, site, "/gone", "/lost")
    for options in ((), ("--force", "--json")):
        ran = folder.run("crawl", *options)
        assert ran.code == 1
        assert ran.err == ""
    assert json.loads(ran.out)["failed"] == 2


def test_a_source_is_chosen_by_name_or_address(folder: Folder, site: Site) -> None:
    site.pages |= {"/good": feed("Acme moves"), "/fine": feed("Acme hires")}
    watch(folder, site, "/good", "/fine", "/gone")
    assert json.loads(folder.run("crawl", "Good", f"{site.url}/good", "--json").out)["sources"] == 1
    assert "/fine" not in site.asked
    assert json.loads(folder.run("crawl", f"{site.url}/fine", "Good", "--json").out)["sources"] == 2


def test_a_name_that_no_source_has_is_told_with_the_nearest(folder: Folder, site: Site) -> None:
    watch(folder, site, "/good", "/other")
    ran = folder.run("crawl", "goood")
    assert (ran.code, ran.out) == (2, "")
    assert ran.err == "chipwatch: no source is named 'goood'; did you mean 'Good'?\n"
    assert site.asked == []


def test_a_private_address_is_refused_with_the_setting_that_allows_it(folder: Folder, site: Site) -> None:
    folder.settings(site.source("Home", "/good"))
    ran = folder.run("crawl")
    assert ran.code == 1
    assert "127.0.0.1 is a private address" in ran.out
    assert "[crawl] allow_private" in ran.out
    assert site.asked == []


def on_a_terminal(folder: Folder, *arguments: str) -> tuple[int, str, str]:
    """A command whose standard error is a terminal: exit code, output, what the terminal got."""
    ours, theirs = pty.openpty()
    process = subprocess.Popen(  # noqa: S603 - our own command
        [sys.executable, "-m", "scheduler", *arguments],
        cwd=folder.path,
        stdout=subprocess.PIPE,
        stderr=theirs,
        env=os.environ | {"TERM": "xterm", "COLUMNS": "200"},
    )
    os.close(theirs)
    seen = b""
    while True:
        try:
            got = os.read(ours, 4096)
        except OSError:  # what Linux says when the other end is closed
            break
        if not got:
            break
        seen += got
    os.close(ours)
    out, _ = process.communicate()
    return process.returncode, out.decode(), seen.decode()


def test_a_terminal_shows_a_bar_and_the_failures(folder: Folder, site: Site) -> None:
    site.pages["/good"] = feed(HOSTILE, "Acme hires")
    watch(folder, site, "/good", "/gone")
    code, out, seen = on_a_terminal(folder, "crawl")
    assert code == 0
    assert "asking sources" in seen
    assert "2/2" in seen
    assert "Gone: failed: HTTP 404 Not Found; check the address" in seen
    assert out.splitlines()[0].startswith("2 sources asked: 0 unchanged, 1 failed.")
    assert "\x1b" not in out


def test_the_bar_counts_what_is_asked_and_not_what_is_left_alone(folder: Folder, site: Site) -> None:
    site.pages |= {"/good": feed("Acme moves"), "/fine": feed("Acme hires")}
    watch(folder, site, "/good", "/fine")
    on_a_terminal(folder, "crawl", "Good")
    code, out, seen = on_a_terminal(folder, "crawl")
    assert code == 0
    assert "1/1" in seen
    assert "/2" not in seen
    assert "1 source not due yet" in out


def test_a_pipe_gets_no_bar(folder: Folder, site: Site) -> None:
    site.pages["/good"] = feed("Acme moves")
    watch(folder, site, "/good")
    ran = folder.run("crawl")
    assert "asking sources" not in ran.out + ran.err
    assert "\x1b" not in ran.out + ran.err
