"""Run the Python blocks of a page of the documentation: `python -m tests.contract.run_page docs/names.md`.

They run in their order, in one namespace, on a database that holds the sample story; nothing that they write stays. A block
whose first line names a file (`# people/models/honour.py`) runs as that module, which later blocks can import from. A
process runs one page, so that no page meets what another one has declared.
"""

from __future__ import annotations

import re
import sys
from contextlib import suppress
from importlib import import_module
from importlib.util import find_spec
from pathlib import Path
from types import ModuleType
from typing import Any

import django
from django.core.management import call_command
from django.db import transaction

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
    """Run the page that the command line names."""
    django.setup()
    with transaction.atomic():
        call_command("load_reference", verbosity=0)
        call_command("load_sample_story", verbosity=0)
        run(Path(sys.argv[1]))
        transaction.set_rollback(True)


if __name__ == "__main__":
    main()
