"""Run the Python blocks of pages of the documentation: `echo docs/names.md | python -m tests.contract.run_page`.

They run in their order, in one namespace, on a database that holds the sample story; nothing that they write stays. A block
whose first line names a file (`# people/models/honour.py`) runs as that module, which later blocks can import from. Each page
of standard input runs in a process of its own, so that no page meets what another one has declared; the answer is a line: what
was raised, as a JSON string, empty if nothing was.
"""

from __future__ import annotations

import json
import os
import re
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from tempfile import TemporaryFile
from traceback import print_exc
from types import ModuleType
from typing import Any, TextIO

import django
from django.db import connection, transaction

from tests.factories.story import load_story

ROOT = Path(__file__).parents[2]
#: The pages of the documentation.
PAGES = [*sorted(ROOT.glob("*.md")), *sorted((ROOT / "docs").rglob("*.md"))]

_BLOCK = re.compile(r"^( *)```python\n(.*?)^ *```", re.MULTILINE | re.DOTALL)
_FILE = re.compile(r"# ([\w/]+)\.py\b")


def blocks(text: str) -> list[tuple[int, str]]:
    """Return the Python blocks of a page, each with the number of the line before it. A block in a list is indented."""
    return [
        (
            text.count("\n", 0, match.start(2)),
            re.sub(rf"^{match[1]}", "", match[2], flags=re.MULTILINE),
        )
        for match in _BLOCK.finditer(text)
    ]


def run(page: Path) -> None:
    """Run all blocks of the page; what they raise names the page and the line."""
    names: dict[str, Any] = {"__name__": "page"}
    for line, code in blocks(page.read_text(encoding="utf-8")):
        compiled = compile("\n" * line + code, str(page), "exec")
        if file := _FILE.match(code):
            module = _module(file[1].replace("/", ".").removesuffix(".__init__"))
            exec(compiled, module.__dict__)  # noqa: S102 - our own documentation
            names |= {name: value for name, value in vars(module).items() if name[:2] != "__"}
        else:
            exec(compiled, names)  # noqa: S102


def _module(name: str) -> ModuleType:
    """Return the module of that name, made where there is none."""
    if name in sys.modules:
        return sys.modules[name]
    with suppress(ModuleNotFoundError):  # of a package that only the page declares
        if find_spec(name):
            return import_module(name)
    package, _dot, last = name.rpartition(".")
    module = sys.modules[name] = ModuleType(name)
    if package:
        setattr(_module(package), last, module)
    return module


def main() -> None:
    """Run each page that standard input names, in a copy of this process: what all of them need is loaded before."""
    answers = os.fdopen(os.dup(1), "w", encoding="utf-8")
    os.dup2(2, 1)  # what blocks print is no answer
    django.setup()
    with transaction.atomic():
        load_story()
        transaction.set_rollback(True)
    connection.close()
    for line in sys.stdin:
        with TemporaryFile("w+", encoding="utf-8") as raised:
            child = os.fork()
            if child == 0:
                os._exit(_run_alone(Path(line.rstrip("\n")), raised))
            _pid, status = os.waitpid(child, 0)
            raised.seek(0)
            text = raised.read() or f"ended with {status}" * (status != 0)
        print(json.dumps(text), file=answers, flush=True)


def _run_alone(page: Path, raised: TextIO) -> int:
    try:
        with transaction.atomic():
            load_story()
            run(page)
            transaction.set_rollback(True)
    except BaseException:  # noqa: BLE001 - the process ends here
        print_exc(file=raised)
        raised.flush()
        return 1
    else:
        connection.close()
        return 0
    finally:
        sys.stdout.flush()


if __name__ == "__main__":
    main()
