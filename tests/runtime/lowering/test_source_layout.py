"""However a source is laid out, its lowered form means the same."""

from __future__ import annotations

import pytest
from tools.lowering.compared import difference

LAID_OUT = {
    "what stands behind a string of several lines": '''
async def main():
    x = note("""
      SELECT *
        FROM t""", "a", 'b', await leaf("c"), f"""{1}
q""", f"{await leaf(2)}", "d")
    y = """
  a"""; z = "b"; w = [
      1, "c"]
    if """
""": note("t", await leaf(1)); note('u')
    await leaf("""
 a"""); q = ("""
 """, 'x',
   'y'); k = f"{q}"
    return x, y, z, w, q, k
''',
    "a query of several lines, and its arguments": '''
class Connection:
    async def execute(self, query, *arguments):
        return query, arguments, await leaf(1)
async def main():
    connection, n = Connection(), await leaf(7)
    return await connection.execute("""
        INSERT INTO t(a, b)
        VALUES ($1, $2)
    """, n, "b", f"{n}", 'c'), await connection.execute("""
        UPDATE t
    """, f"x{await leaf(n)}" "y", b"z")
''',
    "attributes of numbers": """
async def main():
    x = 5 .real + await leaf(1) + (3).real
    y = 1_000 .bit_length() + (await leaf(2)) .real
    z = (await leaf(1), 0xFF.real, 1.5.real, 1j.imag, (-1).real, 10 .__add__(await leaf(2)))
    return x, y, z, (1).__class__, 7 .numerator if await leaf(1) else 8 .numerator
""",
    "large and small numbers": """
async def main():
    return await leaf(1) + 1e999, -1e999 * await leaf(1), 1e999j, (-1) ** await leaf(2), -1 ** await leaf(2), 2 ** -await leaf(1), (await leaf(2)) ** -1, 0.1 + await leaf(.2), 10**20 + await leaf(0)
""",
    "decorators in brackets": """
def a(f): note("a"); return f
b = None
@(
    b or
    a
)
@a
@(lambda f:
    f)
@decorated(
    "x"
)
async def main(): return await leaf(1)
""",
    "a decorator that binds itself": """
@(dec := decorated("w"))
async def main(): return await leaf(1), main.tags
""",
    "decorators that await, in brackets": """
async def main():
    def a(f): note("a"); return f
    @(
        None or
        a
    )
    def f(x=await leaf(1), *,
          y: await leaf(int)
          = 2): return x, y
    @(await leaf(
        a))
    class K(
        object,
    ): pass
    return f(), K.__name__
""",
    "decorators in brackets, of what stays as it is": """
async def main():
    def a(f): note("a"); return f
    @(
        None or
        a
    )
    def f(): return 1
    @a
    @(
      a
    )
    class K: pass
    @(

      # comment
      a or
      None)
    @a
    class Q:
        @(
            staticmethod
        )
        def m(): return 2
    await leaf()
    return f(), K.__name__, Q.m()
""",
    "decorators in brackets, of classes and methods": """
def a(f): note("a"); return f
@(
    None or
    a
)
@a
class K:
    @(
        staticmethod
    )
    async def m(): return await leaf(2)
    @(None or
      classmethod)
    @a
    async def c(cls): return await leaf(3)
async def main(): return await K.m(), await K.c()
""",
    "docstrings": '''
async def a():
    "one" " two"
    return await leaf(1)
async def b():
    """multi
    line"""; x = await leaf(2); return x
async def c():
    b"bytes"
    return await leaf(3)
async def d():
    f"{1}"
    return await leaf(4)
async def e(): "only"
async def g(): ...
async def main():
    return [(await f(), f.__doc__) for f in (a, b, c, d, e, g)]
''',
    "classes indented with tabs": '''
class K:
\tx = 1
\tasync def f(self):
\t\t"""Doc
\t\tmore"""
\t\tif await leaf(1):
\t\t\ty = [
\t\t\t  2]
\t\t\tfor i in y:
\t\t\t\tif i:
\t\t\t\t\tnote(i)
\t\t\telse:
\t\t\t\tnote("e")
\t\treturn y
\tz = 2
\tclass In:
\t\tasync def g(self): return await leaf(1)
\t\tq = 1
if 1:
\tasync def h():
\t\tdef inner():
\t\t\tpass
\t\treturn await leaf(inner())
\tw = 1
async def main():
\treturn await K().f(), await K.In().g(), K.In.q, K.z, w, await h()
''',
    "form feeds": """
x = 1
\x0casync def f():
    return await leaf(1)
class K:
\x0c    async def g(self):
        \x0c
        return await leaf(2)
    y = 1
\x0c
async def main(): return await f(), await K().g()
""",
}


@pytest.mark.parametrize("source", LAID_OUT.values(), ids=LAID_OUT)
def test_a_source_may_be_laid_out_in_any_way(source: str) -> None:
    assert difference(source) is None
