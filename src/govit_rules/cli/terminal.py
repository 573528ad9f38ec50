"""
What the tool says: answers on standard output, complaints and progress on standard error, safe in any encoding.

Imports: click only; the library inside the functions.
"""

from __future__ import annotations

import contextlib
import os
import re
import sys
from typing import TYPE_CHECKING, Any, Final, TypeVar

import click

if TYPE_CHECKING:
    from collections.abc import Iterable, Iterator, Sequence

    from govit_rules.formats import Layout

T = TypeVar("T")

WRONG_QUESTION: Final = 2


class WrongQuestion(click.ClickException):
    """
    What was asked cannot be answered; the message says where, what, and how to mend it.
    """

    exit_code = WRONG_QUESTION

    def show(self, file: Any = None) -> None:  # noqa: ARG002 - as click has it
        """
        Print the message to standard error.
        """
        complain(self.message)


def make_safe(stream: Any) -> None:
    """
    Let a stream take every character: UTF-8 into files and pipes, escapes where a terminal lacks the character.
    """
    if not hasattr(stream, "reconfigure"):
        return
    wished = os.environ.get("PYTHONIOENCODING") or stream.isatty()
    stream.reconfigure(encoding=None if wished else "utf-8", errors="backslashreplace")


def write(text: str) -> None:
    """
    Print an answer. A reader that has gone away (``| head``) is no error, and changes no exit code.
    """
    stream = sys.stdout
    if stream is None:
        return
    try:
        stream.write(text if text.endswith("\n") else text + "\n")
        stream.flush()
    except BrokenPipeError:
        _discard(stream)
    except OSError as error:
        _discard(stream)
        raise WrongQuestion(f"标准输出: 写不进去（{error.strerror}）\n    → 查磁盘空间，或换个地方写") from None


def _discard(stream: Any) -> None:
    # What is still in the buffer would fail again when Python leaves.
    with contextlib.suppress(OSError, ValueError):
        os.dup2(os.open(os.devnull, os.O_WRONLY), stream.fileno())


def write_json(data: Any) -> None:
    """
    Print data as JSON.
    """
    import json

    write(escaped(json.dumps(data, ensure_ascii=False, indent=2)))


def escaped(text: str) -> str:
    r"""
    JSON as the terminal can take it: ``\uXXXX`` for what its encoding lacks, and for what would steer it.
    """
    import json

    text = re.sub("[\x7f-\x9f]", lambda match: f"\\u{ord(match[0]):04x}", text)
    try:
        text.encode(getattr(sys.stdout, "encoding", None) or "utf-8")
    except UnicodeEncodeError:
        return re.sub("[^\x00-\x7f]", lambda match: json.dumps(match[0])[1:-1], text)
    return text


def complain(message: str) -> None:
    """
    Print to standard error what is wrong.
    """
    remark(f"错误: {message}")


def remark(message: str) -> None:
    """
    Print to standard error what goes beside the answer. A reader that has gone away changes no exit code.
    """
    with contextlib.suppress(OSError, ValueError, AttributeError):
        sys.stderr.write(f"{harmless(message)}\n")
        sys.stderr.flush()


def harmless(text: str) -> str:
    """
    Lines in which what the input says is shown, and never runs in the reader's terminal.
    """
    return re.sub("[\x00-\x08\x0b-\x1f\x7f-\x9f]", lambda match: f"\\x{ord(match[0]):02x}", text)


@contextlib.contextmanager
def progress(steps: Sequence[T], label: str) -> Iterator[Iterable[T]]:
    """
    Some steps, with a bar on standard error that tells how far they are; without one if it is no terminal.
    """
    if sys.stderr is None or not sys.stderr.isatty():
        yield steps
        return
    with click.progressbar(steps, label=label, file=sys.stderr, show_pos=True, update_min_steps=10) as bar:
        yield bar


def layout_for(lang: str, *, explain: bool, everything: bool) -> Layout:
    """
    How a report is laid out here: as wide as the terminal, in colours if it is one and nobody forbids them.
    """
    import shutil

    from govit_rules.formats import Layout

    terminal = sys.stdout is not None and sys.stdout.isatty()
    colour = terminal and not os.environ.get("NO_COLOR") and os.environ.get("TERM") != "dumb"
    width = max(40, shutil.get_terminal_size((100, 24)).columns)
    return Layout(lang=lang, width=width, colour=colour, explain=explain, all=everything)
