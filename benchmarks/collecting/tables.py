"""The figures of collecting as tables: pure functions."""

from collections.abc import Mapping, Sequence
from typing import Any

TARGETS = {"new": 5.0, "unchanged": 1.5, "5 % new": 1.5}  # times as fast as reader
LAG_TARGET = 100  # ms

Figures = dict[str, dict[str, dict[str, Any]]]  # by pass, then by program


def table(rows: Sequence[Sequence[str]]) -> str:
    """Rows in columns, the first to the left and all others to the right."""
    widths = [max(len(cell) for cell in column) for column in zip(*rows, strict=True)]
    lines = (
        "  ".join(
            cell.rjust(width) if number else cell.ljust(width)
            for number, (cell, width) in enumerate(zip(row, widths, strict=True))
        )
        for row in rows
    )
    return "\n".join(line.rstrip() for line in lines)


def comparison(figures: Figures) -> str:
    """The passes as a table."""
    rows = [["pass", "program", "feeds/s", "seconds", "CPU s", "peak MB", "served MB", "new items", "failed"]]
    for name, programs in figures.items():
        for program in sorted(programs):
            row = programs[program]
            rows.append(
                [
                    name,
                    program,
                    f"{row['feeds_a_second']:.0f}",
                    f"{row['seconds']:.2f}",
                    f"{row['cpu']:.2f}",
                    f"{row['peak']:.0f}",
                    f"{row['served'] / 1e6:.1f}",
                    "-" if row["new"] is None else str(row["new"]),
                    str(row["failed"]),
                ]
            )
    works = [work for programs in figures.values() for work in programs.values()]
    return table(rows) + told_failures(works)


def told_failures(works: Sequence[Mapping[str, Any]]) -> str:
    """A line on why feeds failed, which makes figures worthless; nothing if none did."""
    reasons = [work["reason"] for work in works if work["failed"]]
    return f"\nfeeds failed, the first because: {reasons[0] or 'it does not say'}" if reasons else ""


def ratios(figures: Figures) -> dict[str, float]:
    """How many times as fast as reader chipwatch is, by pass; nothing without reader."""
    return {
        name: programs["chipwatch"]["feeds_a_second"] / programs["reader"]["feeds_a_second"]
        for name, programs in figures.items()
        if "reader" in programs
    }


def told_ratios(found: Mapping[str, float]) -> str:
    """The ratios beside their targets."""
    if not found:
        return "chipwatch/reader: not measured"
    return "chipwatch/reader: " + ", ".join(
        f"{name} {ratio:.2f} (target {TARGETS[name]:g})" for name, ratio in found.items()
    )


def told_stages(stages: Mapping[str, Any], first: Mapping[str, Mapping[str, Any]], feeds: int) -> str:
    """Where the time of a first pass goes, as a table; `first` is what the programs took for theirs."""
    ours, raw_pass = first["chipwatch"], first["raw"]
    parts = {
        "start-up": (ours["startup"], ours["startup_cpu"]),
        "settings": (stages["settings"]["seconds"], stages["settings"]["cpu"]),
        "download": (raw_pass["seconds"], raw_pass["cpu"]),
        "parse": (stages["parse"]["seconds"], stages["parse"]["cpu"]),
        "store": (stages["store"]["seconds"], stages["store"]["cpu"]),
    }
    whole = (ours["startup"] + ours["seconds"], ours["startup_cpu"] + ours["cpu"])
    seconds, cpu = (sum(part[i] for part in parts.values()) for i in (0, 1))
    parts |= {
        "all, one after another": (seconds, cpu),
        "the command, all at once": whole,
    }
    rows = [["stage", "seconds", "CPU s", "ms a feed", "CPU ms a feed"]]
    for name, (took, used) in parts.items():
        per_feed = [f"{took / feeds * 1000:.2f}", f"{used / feeds * 1000:.2f}"]
        rows.append([name, f"{took:.2f}", f"{used:.2f}", *per_feed])
    return f"{table(rows)}\n{told_linking(stages)}"


def told_linking(stages: Mapping[str, Any]) -> str:
    """What linking takes, in a sentence or two."""
    if stages["link"] is None:
        return "link: not measured: no posts given"
    one = stages["link"]["seconds"] / max(stages["linked"], 1)
    return (
        f"link: {stages['loading']['seconds']:.2f} s to load names, posts and linker and link one item, then "
        f"{stages['link']['seconds']:.2f} s for {stages['linked']} items, {one * 1000:.1f} ms an item;\n"
        f"      meanwhile the event loop waits {stages['lag']:.0f} ms at worst. Of this first pass's "
        f"{stages['items']} items {stages['waiting']} are to be linked: {one * stages['waiting']:.1f} s"
    )


def told_passes(passes: Sequence[Mapping[str, Any]]) -> str:
    """Memory and lag of many passes in one process."""
    rows = [["pass", "kind", "seconds", "new items", "failed", "RSS MB", "worst lag ms"]]
    for row in passes:
        if row["number"] == 1 or row["number"] % 5 == 0 or row is passes[-1]:
            counts = [str(row["new"]), str(row["failed"])]
            grown = [f"{row['rss']:.1f}", f"{row['lag']:.0f}"]
            rows.append([str(row["number"]), row["kind"], f"{row['seconds']:.2f}", *counts, *grown])
    later = [row["lag"] for row in passes[1:]]
    worst = f"{max(later):.0f} ms in later ones" if later else "no later ones"
    return (
        f"{table(rows)}{told_failures(passes)}\n"
        f"worst lag of the event loop: {passes[0]['lag']:.0f} ms in the first pass, {worst} "
        f"(target {LAG_TARGET} ms)"
    )
