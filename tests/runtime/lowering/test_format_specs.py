"""F-strings: what stands in a format is read, saved and evaluated in its order."""

from __future__ import annotations

import sys
from collections.abc import Callable

import pytest
from tools.lowering.compared import difference

FORMATS = {
    "a name": """
        w = 8
        return f"{await leaf(1):>{w}}"
    """,
    "two names and a literal": """
        fill, w = "*", 8
        return f"{await leaf('x'):{fill}^{w}}"
    """,
    "an attribute and a call": """
        import types
        at = types.SimpleNamespace(width=8)
        return f"{await leaf(1.5):{note(at.width)}.{len('ab')}f}"
    """,
    "an expression behind an await": """
        w = 2
        return f"{await leaf(1):{w}}{await leaf(2):{w * 2}}{w:{w * 3}}"
    """,
    "a value that is not awaited": """
        w, x = 8, 3
        await leaf()
        return f"{x:{w}}"
    """,
    "a conversion and a format": """
        w = 12
        return f"{await leaf('x')!r:>{w}}|{await leaf('ä')!a:<{w}}|{await leaf(1)!s:^{w}}"
    """,
    "nested quotes": """
        names = {"w": 6}
        return f"{await leaf(1):>{names['w']}}"
    """,
    "a walrus": """
        return f"{(w := await leaf(4)):{w}}" + str(w)
    """,
    "a walrus in the format": """
        return f"{await leaf(1):{(w := 4)}}" + str(w)
    """,
    "a lambda's result": """
        w = 4
        return f"{(lambda: w)():{w}}{await leaf(1)}"
    """,
    "braces and text around": """
        w = 4
        return f"{{{await leaf(1):{w}}}} and {{}}" "tail"
    """,
    "an equals sign": """
        w = 4
        return f"{w=} {await leaf(w)=:{w}}"
    """,
    "a comprehension in a format": """
        return f"{await leaf(1):{sum(n for n in (1, 2))}}{[n for n in 'ab']}"
    """,
    "an object with a __format__ of its own": """
        class Own:
            def __format__(self, spec):
                return note(f"<{spec}>")
        w = 3
        return f"{await leaf(Own()):a{w}b}{Own()}{Own():{w}}"
    """,
    "a format that raises": """
        w = "wrong"
        try:
            return f"{await leaf(1):{w}}"
        except ValueError as error:
            return await leaf(str(error))
    """,
    "the order of evaluation": """
        w = 1
        return f"{note(1):{note(w)}}{await leaf(2):{note(w)}}{note(3)}"
    """,
    "several lines": '''
        w = 4
        return f"""
{await leaf(1):{w}}
  {w!r:>{w}}
"""
    ''',
    "several lines that do not suspend": '''
        w = 4
        return await leaf(1), f"""
{w:{w}} {note("é", 'text')!r:>{note(9)}}
"""
    ''',
    "an expression of several lines": '''
        w = 4
        return f"""{
            await leaf(1)
        :{w}}{
            note(2):{
            w}}"""
    '''
    if sys.version_info >= (3, 12)
    else "pass",
    "in an assertion": """
        w = 4
        assert await leaf(0), f"{w:{w}} {await leaf(1):{w}}"
    """,
    "raw": r"""
        w = 4
        return rf"\n{await leaf(1):{w}}\{w}"
    """,
}


@pytest.mark.parametrize("body", FORMATS.values(), ids=FORMATS)
def test_a_format_reads_what_it_names(body: str) -> None:
    assert difference(f"async def main():{body}") is None


@pytest.mark.skipif(sys.version_info < (3, 12), reason="quotes within quotes came with 3.12")
@pytest.mark.parametrize(
    "text",
    [
        """f"{await leaf("x"):{"*"}^{w}}\"""",
        """f"{f"{await leaf(1):{w}}":{w * 2}}\"""",
        """f"{'\\n'.join([await leaf("a"), "b"])}\"""",
    ],
)
def test_quotes_within_quotes(text: str) -> None:
    assert difference(f"async def main():\n    w = 8\n    return {text}\n") is None


def raw(text: str) -> str:
    return text.replace("\n", "\\n")


@pytest.mark.parametrize("change", [str, raw], ids=["as it is", "escaped"])
@pytest.mark.parametrize(
    "text",
    ["\ue000", "\ue001 and \ue002", "\uf8ff\U000f0000", "a\nb", "\x0c", "{}", "# not", "…"],
)
def test_characters_in_strings_stay(text: str, change: Callable[[str], str]) -> None:
    body = f"""
    kept = {change(text)!r}
    return kept + await leaf({text!r}) + f"{{kept}}{text.replace("{", "{{").replace("}", "}}")!r}"
"""
    assert difference(f"async def main():{body}") is None
