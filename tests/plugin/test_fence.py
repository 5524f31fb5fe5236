"""A fence's header: what it sets, and what is said of a mistake in it."""

from __future__ import annotations

from dataclasses import asdict
from typing import Any

import pytest
from hypothesis import example, given
from hypothesis import strategies as st
from tools.snippets import run

from mkdocs_wakepoint.fence.header import comes_close, header_options, parse
from mkdocs_wakepoint.fence.options import BACKENDS, FIGURES, LAYOUTS, VIEWS
from mkdocs_wakepoint.snippet import Location, Options, Question
from wakepoint.recording.figures import figures

HERE = Location("docs/page.md", 7)


def told(header: str) -> list[str]:
    return [str(problem) for problem in parse(header, HERE).problems]


@pytest.mark.parametrize(
    "header, options",
    [
        ("", Options()),
        ('title="Two timers"', Options(title="Two timers")),
        ("title='say \"hi\"'", Options(title='say "hi"')),
        ('title=""', Options()),
        ('show="code output"', Options(show=("code", "output"))),
        ('show="kernel,code"', Options(show=("kernel", "code"))),
        ('show=""', Options(show=())),
        ('id="fetch-2"', Options(id="fetch-2")),
        ('backend="simulated"', Options(backend="simulated")),
        ('timeout="0.5"', Options(timeout=0.5)),
        ('expect_error="ValueError"', Options(expect_error="ValueError")),
        ('expect="polls=6 suspended=5"', Options(expect={"polls": 6, "suspended": 5})),
        ('layout="stack"', Options(layout="stack")),
        ('layout="stepper"', Options()),
        ('ask="What comes first?"', Options(ask=Question("What comes first?"))),
        (
            'ask="How often is poll called? | 3 | *4 | 5"',
            Options(ask=Question("How often is poll called?", ("3", "4", "5"), 1)),
        ),
        ('ask="a=b?|* yes|no"', Options(ask=Question("a=b?", ("yes", "no"), 0))),
        (
            'ask="How many polls will it take? = polls"',
            Options(ask=Question("How many polls will it take?", figure="polls")),
        ),
        ('ask="Polls?=polls"', Options(ask=Question("Polls?", figure="polls"))),
        ('ask="Which is <? = polls"', Options(ask=Question("Which is <?", figure="polls"))),
        ('ask="How many are < = polls"', Options(ask=Question("How many are <", figure="polls"))),
        ('ask="Are they <= polls"', Options(ask=Question("Are they <= polls"))),
        ('ask="Is x == y"', Options(ask=Question("Is x == y"))),
        ('ask="What is x after x = 3?"', Options(ask=Question("What is x after x = 3?"))),
        ('machine="Client.fetch"', Options(machine="Client.fetch")),
        ('run="no"', Options(run=False)),
        ('run="yes"', Options()),
        ('hl_lines="2 4-6" linenums="1"', Options(hl_lines="2 4-6", linenums="1")),
    ],
)
def test_an_option_is_read(header: str, options: Options) -> None:
    assert parse(header, HERE).options == options
    assert told(header) == []


@pytest.mark.parametrize(
    "header, what, remedy",
    [
        ('time-out="3"', "option 'time-out' has a hyphen", "write timeout"),
        ('expect-error="OSError"', "option 'expect-error' has a hyphen", "write expect_error"),
        ('tittle="A"', "there is no option 'tittle'", "write title"),
        ('zzz="A"', "there is no option 'zzz'", "the options are title, id, show"),
        ("show=code", "the value of show is not quoted", 'write show="code"'),
        ("title=Two small timers", "the value of title is not quoted", '"Two small timers"'),
        ('title="Two timers', "the value of title is not quoted", 'write title="Two timers"'),
        ("title=\u201cA\u201d", "the value of title is not quoted", 'write title="A"'),
        ("title=\u00abA\u00bb", "the value of title is not quoted", 'write title="A"'),
        ('title="A", id="b"', ", belongs to no option", "and a space between two"),
        ("title=", "the value of title is not quoted", 'write title=""'),
        ("title", "option 'title' has no value", 'write title="…"'),
        ('"Two timers"', '"Two timers" belongs to no option', 'write name="value"'),
        ('id="a" id="b"', "option 'id' is given twice", "keep one of them"),
        ('id="2nd"', "id='2nd' cannot be", "begin with a small letter"),
        ('show="code stepper"', "show='code stepper' cannot be", "there is no view 'stepper'"),
        ('show="checks"', "show='checks' cannot be", "choose of code, output"),
        ('backend="select"', "backend='select' cannot be", "choose one of auto, epoll"),
        ('timeout="soon"', "timeout='soon' cannot be", 'give seconds, such as timeout="5"'),
        ('timeout="0"', "timeout='0' cannot be", "give seconds"),
        ('timeout="nan"', "timeout='nan' cannot be", "give seconds"),
        ('expect="polls"', "expect='polls' cannot be", "write figures such as polls=6"),
        ('expect="pools=6"', "expect='pools=6' cannot be", "there are tasks, polls"),
        ('layout="rows"', "layout='rows' cannot be", "choose one of stepper, stack"),
        ('ask=""', "ask='' cannot be", "write a question"),
        ('ask="| *a | b"', "ask='| *a | b' cannot be", "write a question"),
        ('ask="A? | *a"', "ask='A? | *a' cannot be", "give two choices or more"),
        ('ask="A? | a | b"', "ask='A? | a | b' cannot be", "mark the one right choice with *"),
        ('ask="A? | *a | *b"', "ask='A? | *a | *b' cannot be", "mark the one right choice with *"),
        ('ask="A? | *a | a"', "ask='A? | *a | a' cannot be", "give each choice once"),
        ('ask="A? | * | a"', "ask='A? | * | a' cannot be", "leave no choice empty"),
        ('ask="A? | *a | "', "ask='A? | *a | ' cannot be", "leave no choice empty"),
        ('ask="How many? = pols"', "ask='How many? = pols' cannot be", "there are tasks, polls"),
        ('run="maybe"', "run='maybe' cannot be", "write yes or no"),
        ('hl_lines="-"', "hl_lines='-' cannot be", 'such as hl_lines="2 4-6"'),
        ('hl_lines="0"', "hl_lines='0' cannot be", 'such as hl_lines="2 4-6"'),
        ('hl_lines="6-4"', "hl_lines='6-4' cannot be", 'such as hl_lines="2 4-6"'),
        ('show="code code"', "show='code code' cannot be", "name code once"),
        ('linenums="yes"', "linenums='yes' cannot be", "give the first line number"),
        ('expect_error="a b"', "expect_error='a b' cannot be", "name one exception type"),
    ],
)
def test_a_mistake_is_one_line_that_says_what_to_do(header: str, what: str, remedy: str) -> None:
    (line,) = told(header)
    assert line.startswith(f"docs/page.md:7: {what}; ")
    assert remedy in line


def test_options_beside_a_mistake_hold() -> None:
    header = parse('title="A" shw="code" run="no"', HERE)
    assert header.options == Options(title="A", run=False)
    assert len(header.problems) == 1


@pytest.mark.parametrize("name", ["clock", "stepper"])
def test_an_option_that_would_do_nothing_is_not_accepted(name: str) -> None:
    (line,) = told(f'{name}="x"')
    assert f"there is no option {name!r}" in line


@pytest.mark.parametrize(
    "header, what, remedy",
    [
        (
            'run="no" expect="polls=3"',
            'expect has no effect with run="no"',
            "remove one of the two",
        ),
        ('timeout="3" run="no"', 'timeout has no effect with run="no"', "remove one of the two"),
        ('backend="epoll" run="no"', 'backend has no effect with run="no"', "remove one"),
        ('expect_error="OSError" run="no"', "expect_error has no effect with", "remove one"),
        ('layout="stack" run="no"', 'layout has no effect with run="no"', "remove one"),
        ('ask="A?" run="no"', 'ask has no effect with run="no"', "remove one"),
        ('machine="main" run="no"', 'machine has no effect with run="no"', "remove one"),
        ('session="a" run="no"', 'session has no effect with run="no"', "remove one"),
        ('run="no" show="output"', 'with run="no" there is nothing to show but the code', "write"),
        ('show="output" hl_lines="2"', "hl_lines has no effect where show has no code", "add code"),
        ('show="table" linenums="2"', "linenums has no effect where show has no code", "add code"),
        ('show="code" machine="main"', "machine has no effect where show has no machine", "add"),
    ],
)
def test_options_of_which_one_undoes_the_other_are_told(
    header: str, what: str, remedy: str
) -> None:
    (line,) = told(header)
    assert line.startswith(f"docs/page.md:7: {what}")
    assert remedy in line.partition("; ")[2]


@pytest.mark.parametrize(
    "header",
    ['run="no" show="code"', 'run="no" title="A" hl_lines="1"', 'show="timeline" machine="main"'],
)
def test_options_that_go_together_are_not_told(header: str) -> None:
    assert told(header) == []


@pytest.mark.parametrize(
    "info, options",
    [
        ("python wakepoint", ""),
        ("py wakepoint", ""),
        ("python3  wakepoint\ttitle='A'", "title='A'"),
        ('python title="A" wakepoint run="no"', 'title="A" run="no"'),
        ('python title="in wakepoint" wakepoint', 'title="in wakepoint"'),
        ("python", None),
        ("", None),
        ('python title="How wakepoint works"', None),
        ('python exec="1"', None),
        ("rust wakepoint", None),
        ("python wakepoints", None),
    ],
)
def test_the_word_and_the_language_make_it_ours(info: str, options: str | None) -> None:
    assert header_options(info) == options


@pytest.mark.parametrize(
    "info",
    ["wakepoint", "Python wakepoint", "python Wakepoint", "{.python .wakepoint}", "rust wakepoint"],
)
def test_a_header_that_comes_close(info: str) -> None:
    assert comes_close(info)


@pytest.mark.parametrize(
    "info", ["", "python", "python wakepoint", 'text title="wakepoint"', "text wakepoints.log"]
)
def test_a_header_that_does_not_come_close(info: str) -> None:
    assert not comes_close(info)


def test_what_expect_can_name_is_counted() -> None:
    counted = asdict(figures(run("print(1)").recording))
    assert [name for name, value in counted.items() if isinstance(value, int)] == list(FIGURES)


# -- any header -------------------------------------------------------------------------------

_asked = st.text(st.sampled_from("abé ?:()<&'+-"), max_size=20).map(str.strip).filter(bool)
_quoteless = st.text(st.characters(exclude_characters='"\n\r', codec="utf-8"), max_size=20)


@st.composite
def valid(draw: st.DrawFn) -> tuple[str, Options]:
    """A header in any order and spacing, with what it should be read as."""
    values: dict[str, Any] = draw(
        st.fixed_dictionaries(
            {},
            optional={
                "title": _quoteless,
                "show": st.lists(st.sampled_from(list(VIEWS)), unique=True).map(tuple),
                "layout": st.sampled_from(LAYOUTS),
                "ask": st.one_of(
                    st.builds(Question, _asked, figure=st.sampled_from(("", *FIGURES))),
                    st.builds(
                        lambda text, choices, right: Question(text, choices, right % len(choices)),
                        _asked,
                        st.lists(_asked, min_size=2, unique=True).map(tuple),
                        st.integers(0, 9),
                    ),
                ),
                "backend": st.sampled_from(BACKENDS),
                "timeout": st.integers(1, 3599).map(float),
                "expect": st.dictionaries(st.sampled_from(FIGURES), st.integers(0, 10**6)),
            },
        )
    )
    alone: dict[str, Any] = {"run": False, "title": draw(_quoteless)}
    values = draw(st.sampled_from([values, alone]))
    parts = []
    for name in draw(st.permutations(list(values))):
        parts.append(f'{name}="{_written(values[name])}"')
    return draw(st.sampled_from([" ", "  ", "\t"])).join(parts), Options(**values)


def _written(value: object) -> str:
    if isinstance(value, dict):
        return " ".join(f"{name}={number}" for name, number in value.items())
    if isinstance(value, Question):
        marked = ("*" * (index == value.right) + each for index, each in enumerate(value.choices))
        figure = f" = {value.figure}" if value.figure else ""
        return " | ".join((value.text, *marked)) + figure
    if isinstance(value, bool):
        return "yes" if value else "no"
    return " ".join(value) if isinstance(value, tuple) else str(value)


@given(valid())
def test_every_written_header_is_read_back(pair: tuple[str, Options]) -> None:
    text, options = pair
    header = parse(text, HERE)
    assert header.options == options
    assert header.problems == ()


@given(st.text(st.characters(exclude_characters="\n\r"), max_size=80))
@example("=")
@example('a="')
@example("title=''''")
@example('hl_lines="²-3"')
@example('expect="polls=²"')
def test_no_header_raises_and_each_mistake_fits_one_line(text: str) -> None:
    header = parse(text, HERE)
    assert isinstance(header.options, Options)
    for problem in header.problems:
        assert str(problem).startswith("docs/page.md:7: ")
        assert problem.remedy
    assert header.problems or not text.strip() or header.options != Options() or "=" in text


@given(st.text(max_size=60))
def test_a_header_is_ours_or_comes_close_or_neither(info: str) -> None:
    assert not (header_options(info) is not None and comes_close(info))
