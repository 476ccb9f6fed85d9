"""The curve of the month as a picture. Needs matplotlib, of the extra `bench`."""

from collections.abc import Sequence
from pathlib import Path

from benchmarks.soak.measures import Sample

INCHES = (9.0, 4.5)  # at 100 dots an inch
MEMORY, OWN, ITEMS, DIGESTS = "#1f4e79", "#7fb0d8", "#4d4d4d", "#c0392b"
FAULTS = "#f3d9a4"
HEADROOM = 1.1


def failing_spans(samples: Sequence[Sample]) -> list[tuple[float, float]]:
    """From which day to which some of the feeds failed."""
    spans: list[tuple[float, float]] = []
    begin: float | None = None
    for sample in samples:
        if sample.failing and begin is None:
            begin = sample.day
        elif not sample.failing and begin is not None:
            spans.append((begin, sample.day))
            begin = None
    return spans if begin is None else [*spans, (begin, samples[-1].day)]


def draw(samples: Sequence[Sample], file: Path) -> None:
    """Draw memory above, and items and digests below."""
    from matplotlib.figure import Figure

    days = [sample.day for sample in samples]
    figure = Figure(figsize=INCHES, dpi=100, layout="constrained")
    above, below = figure.subplots(2, 1, sharex=True, height_ratios=(3, 2))

    above.plot(days, [sample.rss for sample in samples], color=MEMORY, label="memory")
    above.plot(days, [sample.heap for sample in samples], color=OWN, label="of it not mapped from files")
    above.set_ylabel("MB")
    above.set_ylim(0, max(sample.rss for sample in samples) * HEADROOM)
    above.legend(loc="lower right", frameon=False, ncols=2)

    below.plot(days, [sample.items / 1000 for sample in samples], color=ITEMS, label="items stored")
    below.set_ylabel("thousand items", color=ITEMS)
    below.set_ylim(bottom=0)
    below.set_xlabel("days by the daemon's clock; shaded: some of the feeds fail")
    right = below.twinx()
    right.step(days, [sample.digests for sample in samples], where="post", color=DIGESTS)
    right.set_ylabel("digests, to two", color=DIGESTS)
    right.set_ylim(bottom=0)

    for axes in (above, below):
        axes.set_xlim(0, days[-1])
        axes.grid(axis="y", color="#e5e5e5")
        axes.set_axisbelow(True)
        for begin, end in failing_spans(samples):
            axes.axvspan(begin, end, color=FAULTS, alpha=0.5, linewidth=0)
    for axes in (above, below, right):
        axes.spines["top"].set_visible(False)
    figure.savefig(file)
