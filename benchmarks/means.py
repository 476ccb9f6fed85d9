"""Make storage/linking/means.json: the mean vectors of news in each language.

    python -m benchmarks.means STREAM.jsonl.xz

STREAM holds news items as JSON lines with title, text and lang, judged or not. Needs the extra `vectors`.
"""

import argparse
import json
import lzma
import random
from collections import defaultdict
from pathlib import Path

from storage.linking import space
from storage.linking.encoder import E5
from storage.linking.news import opening_of

SAMPLE = 400  # items a language: more move the means by less than a thousandth


def main() -> None:
    """Read the stream, write the file."""
    parser = argparse.ArgumentParser(
        description=__doc__, formatter_class=argparse.RawDescriptionHelpFormatter
    )
    parser.add_argument("stream", type=Path)
    items = defaultdict(list)
    with lzma.open(parser.parse_args().stream, "rt", encoding="utf-8") as lines:
        for line in lines:
            item = json.loads(line)
            items[space.written_in(item["title"], item["lang"])].append(item)
    encoder = E5()
    means: dict[str, dict[str, list[float]]] = {"questions": {}, "passages": {}}
    for language in space.LANGUAGES:
        sample = random.Random(0).sample(items[language], min(SAMPLE, len(items[language])))  # noqa: S311
        titles = encoder.questions([item["title"][:200] for item in sample])
        openings = encoder.passages([opening_of(item["title"], item.get("text") or "") for item in sample])
        for form, vectors in (("questions", titles), ("passages", openings)):
            means[form][language] = [round(float(value), 4) for value in vectors.mean(axis=0)]
        print(f"{language}: {len(sample)} items")
    target = Path(space.__file__).parent / "means.json"
    target.write_text(json.dumps(means), encoding="utf-8")


if __name__ == "__main__":
    main()
