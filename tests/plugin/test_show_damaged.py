"""``mkdocs-wakepoint show`` of what is no recording: one line, and no traceback."""

from __future__ import annotations

import json
from pathlib import Path

import pytest

from mkdocs_wakepoint.cli import main
from wakepoint.recording import dumps, record

RUN = json.loads(dumps(record("import wakepoint\nwakepoint.run(wakepoint.yield_now())\n")))
FORGED = {
    "empty": "",
    "deep": "[" * 100_000,
    "deep within": '{"recording": ' + "[" * 100_000,
    "infinite": json.dumps({**RUN, "truncated": float("inf")}),
    "too large a number": '{"version": ' + "9" * 5000 + "}",
    "not a number": '{"recording": {"version": NaN}}',
    "half a character": json.dumps({**RUN, "source": "\ud800"}),
    "a name twice": '{"version": 1, "version": 1}',
    "another type": json.dumps({**RUN, "events": [3]}),
    "an event too early": json.dumps({**RUN, "events": [{**RUN["events"][1], "n": 1}]}),
}


@pytest.mark.parametrize("case", FORGED)
@pytest.mark.parametrize("html", [False, True])
def test_what_is_forged_is_told_in_one_line(
    case: str, html: bool, tmp_path: Path, capsys: pytest.CaptureFixture[str]
) -> None:
    path = tmp_path / "forged.json"
    path.write_text(FORGED[case], encoding="utf-8")
    assert main(["show", str(path), *(["--html"] if html else [])]) == 2
    out, err = capsys.readouterr()
    assert out == ""
    assert err.count("\n") == 1
    assert err.startswith("mkdocs-wakepoint: ")
    assert "recording" in err
