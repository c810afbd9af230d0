"""The web server's processes: the application is loaded once, and the workers that serve it are forked from there.

    python -m config.workers [granian's options]

Loading the application is most of a start. So it begins while the database is still being started, and the first line of
standard input says when to serve. Where it cannot be loaded the error waits for that line too: what else is wrong is
said first, by whoever starts this. Without a line, at the end of the input, it ends.
"""

import gc
import multiprocessing
import sys


def main() -> None:
    """Load, wait for the word, and serve until SIGTERM."""
    gc.disable()  # what is loaded stays
    error: Exception | None = None
    try:
        _load()
    except Exception as wrong:  # noqa: BLE001 - it is raised, when its time has come
        error = wrong
    gc.freeze()  # nor do the workers look at it, which leaves its pages to be shared
    gc.enable()
    if not sys.stdin.readline():
        sys.exit(1)
    if error is not None:
        raise error
    from granian.cli import entrypoint  # noqa: PLC0415 - after what may fail

    entrypoint()  # type: ignore[no-untyped-call] # it carries no types


def _load() -> None:
    import granian.cli  # noqa: F401, PLC0415

    # Where processes are not forked, each of them must load the application for itself.
    if multiprocessing.get_start_method() == "fork":
        from django.urls import get_resolver  # noqa: PLC0415

        import config.wsgi  # noqa: F401, PLC0415

        # Otherwise every worker would load the views at its first request.
        _ = get_resolver().url_patterns


if __name__ == "__main__":
    main()
