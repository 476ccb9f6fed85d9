"""How many threads numpy calculates on."""

import os


def calculate_on_one() -> None:
    """Let numpy use one thread, unless the environment says otherwise.

    The linker's products are too small to share: a second thread takes as much time as the first, waiting,
    and no item is linked any sooner. To be called before numpy is imported.
    """
    os.environ.setdefault("OPENBLAS_NUM_THREADS", "1")
