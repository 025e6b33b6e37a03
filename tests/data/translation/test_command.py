"""Claims about programs as translators: lines in, as many lines out, no shell, every failure in one line."""

import shlex
import sys
from pathlib import Path

import pytest

from polybatch.data.translation.command import CommandTranslator
from polybatch.errors import ModelError


def python(code: str, *words: str) -> CommandTranslator:
    return CommandTranslator(shlex.join([sys.executable, "-c", code, *words]))


def test_lines_go_in_and_as_many_come_out_in_any_script() -> None:
    upper = python("import sys; sys.stdout.buffer.write(sys.stdin.buffer.read().decode().upper().encode())")
    assert upper.translate(["mvua नेपाल", "b"], "sw", "en") == [("MVUA नेपाल", ""), ("B", "")]
    assert upper.translate([], "sw", "en") == []


def test_languages_are_put_into_the_words_and_no_shell_reads_them(tmp_path: Path) -> None:
    echo = python("import sys; print(*sys.argv[1:])", "{source}-{target}", f"$(touch {tmp_path}/made)", "; ls")
    assert echo.translate(["x"], "en", "sw") == [(f"en-sw $(touch {tmp_path}/made) ; ls", "")]
    assert not (tmp_path / "made").exists()


def test_more_text_than_a_pipe_holds_goes_through() -> None:
    copy = python("import sys\nfor line in sys.stdin: print(line, end='')")
    lines = ["word " * 200 + str(number) for number in range(2000)]
    assert [text for text, _ in copy.translate(lines, "en", "sw")] == lines


def test_an_empty_line_is_no_translation() -> None:
    assert python("print('a\\n \\nb')").translate(["1", "2", "3"], "en", "sw")[1] == ("", "an empty translation")


@pytest.mark.parametrize(
    ("code", "found"),
    [
        ("print('only one')", "wrote 1 lines for 2"),
        ("print('a\\nb\\nc')", "wrote 3 lines for 2"),
        ("pass", "wrote 0 lines for 2"),
        ("import sys; sys.exit('no model')", "ended with status 1: no model"),
        ("import sys; sys.stdout.buffer.write(b'a\\n\\xff\\n')", "wrote byte 0xff, which is not UTF-8"),
    ],
)
def test_a_program_that_fails_is_named_with_what_it_did(code: str, found: str) -> None:
    with pytest.raises(ModelError, match=found):
        python(code).translate(["1", "2"], "en", "sw")


def test_words_that_are_none_or_no_program_are_refused(tmp_path: Path) -> None:
    for command in ("", "  ", "'open"):
        with pytest.raises(ModelError):
            CommandTranslator(command)
    with pytest.raises(ModelError, match="No such file or directory"):
        CommandTranslator(str(tmp_path / "nothing")).translate(["1"], "en", "sw")
