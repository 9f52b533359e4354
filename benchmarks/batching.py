"""Whether merging concurrent calls of an encoder pays, for each kind of encoder.

Threads call the encoder side by side, as questions do that are worked on at once, with 1 to 30
sentences a call. Plain and merging take turns, round after round, and the median of the paired
ratios counts.

    python benchmarks/batching.py
"""

import argparse
import json
import random
import re
import statistics
import tempfile
import threading
import time
from pathlib import Path

from clew.tools.corpus.encoder import Encoder, load_encoder, packaged_model
from clew.tools.corpus.encoder_batching import BatchingEncoder
from clew.tools.corpus.encoder_fallback import SentenceTransformerEncoder

SAMPLE = Path(__file__).resolve().parents[1] / "tools" / "corpus" / "sample" / "passages.jsonl"
THREADS = (1, 2, 4, 8)
SIZES = (1, 1, 2, 5, 12, 30)


def main() -> None:
    parser = argparse.ArgumentParser(description=__doc__)
    parser.add_argument("--rounds", type=int, default=5)
    parser.add_argument("--texts", type=int, default=400, help="texts a round")
    arguments = parser.parse_args()
    sentences = [
        sentence
        for line in SAMPLE.open(encoding="utf-8")
        for sentence in re.split(r"(?<=[.]) ", json.loads(line)["text"])
    ]
    with tempfile.TemporaryDirectory() as folder:
        encoders: dict[str, Encoder] = {
            "default, int8": load_encoder(cache_dir=Path(folder)),
            "SentenceTransformer, fp32": SentenceTransformerEncoder(
                str(packaged_model()), threads=2
            ),
        }
        print(
            "| encoder | threads | texts/s, merged over plain | single text, plain ms | merged ms |"
        )
        print("| --- | ---: | ---: | ---: | ---: |")
        for name, encoder in encoders.items():
            encoder.encode(sentences[:20])
            for threads in THREADS:
                print(
                    f"| {name} | {threads} | {compared(encoder, threads, sentences, arguments)} |"
                )


def compared(
    encoder: Encoder, threads: int, sentences: list[str], arguments: argparse.Namespace
) -> str:
    """Return the cells of one row."""
    merging = BatchingEncoder(encoder)
    ratios, plain_ms, merged_ms = [], [], []
    for number in range(arguments.rounds):
        calls = jobs(number, threads, sentences, arguments.texts)
        order = [encoder, merging] if number % 2 else [merging, encoder]
        timed = {id(each): measured(each, calls) for each in order}
        (plain, plain_single), (merged, merged_single) = timed[id(encoder)], timed[id(merging)]
        ratios.append(plain / merged)
        plain_ms.append(1000 * plain_single)
        merged_ms.append(1000 * merged_single)
    cells = (ratios, plain_ms, merged_ms)
    middle = [statistics.median(cell) for cell in cells]
    return f"{middle[0]:.2f} | {middle[1]:.0f} | {middle[2]:.0f}"


def jobs(seed: int, threads: int, sentences: list[str], texts: int) -> list[list[list[str]]]:
    """Return the calls of each thread, so many texts in all."""
    chance = random.Random(seed)
    calls: list[list[list[str]]] = [[] for _ in range(threads)]
    turn = 0
    while texts > 0:
        size = min(texts, chance.choice(SIZES))
        calls[turn % threads].append(chance.sample(sentences, size))
        texts, turn = texts - size, turn + 1
    return calls


def measured(encoder: Encoder, calls: list[list[list[str]]]) -> tuple[float, float]:
    """Return the seconds of all calls, and the median seconds of those with one text."""
    single: list[float] = []

    def work(mine: list[list[str]]) -> None:
        for texts in mine:
            began = time.perf_counter()
            encoder.encode(texts)
            if len(texts) == 1:
                single.append(time.perf_counter() - began)

    threads = [threading.Thread(target=work, args=[mine]) for mine in calls]
    began = time.perf_counter()
    for thread in threads:
        thread.start()
    for thread in threads:
        thread.join()
    return time.perf_counter() - began, statistics.median(single)


if __name__ == "__main__":
    main()
