"""Children die with their parent, and nobody else does."""

from __future__ import annotations

import sys
from collections.abc import Callable
from subprocess import CompletedProcess

import pytest

#: A process forks a child, which forks one in turn; each says how its own ended.
FAMILY = """
import os
from config import orphans

os.register_at_fork(after_in_child=orphans.dying_with({parent}))
child = os.fork()
if not child:
    grandchild = os.fork()
    if not grandchild:
        os._exit(0)
    print("grandchild", os.waitpid(grandchild, 0)[1], flush=True)
    os._exit(0)
print("child", os.waitpid(child, 0)[1])
"""

Python = Callable[..., "CompletedProcess[str]"]


def test_what_a_child_forks_is_let_live(python: Python) -> None:
    said = python("-c", FAMILY.format(parent="os.getpid()"))

    assert said.stdout == "grandchild 0\nchild 0\n", said.stderr


@pytest.mark.skipif(sys.platform != "linux", reason="the kernel of Linux does it")
def test_a_child_whose_parent_has_died_already_ends(python: Python) -> None:
    said = python("-c", FAMILY.format(parent="1234567890"))

    assert said.stdout == "child 9\n", said.stderr
