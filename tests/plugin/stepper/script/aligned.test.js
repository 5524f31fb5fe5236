// What the script makes of an alignment, against what Python made of it. WAKEPOINT_RUNS names a file
// that test_script.py wrote.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { rowOf, rows } from "../../../../plugin/mkdocs_wakepoint/assets/stepper/aligned.js";

const { pairs } = JSON.parse(readFileSync(process.env.WAKEPOINT_RUNS, "utf8"));

for (const { name, alignment, halts, expected } of pairs) {
  test(`${name}: where both runs are in each row, and who moves`, () => {
    const found = rows(alignment, halts, false).map(({ at, moves }) => [at, moves]);
    assert.deepEqual(found, expected);
  });

  test(`${name}: the same with the sides exchanged`, () => {
    const found = rows(alignment, [...halts].reverse(), true).map(({ at, moves }) => [at, moves]);
    assert.deepEqual(found, expected.map(([at, moves]) => [[...at].reverse(), [...moves].reverse()]));
  });

  test(`${name}: the row to which a side has come`, () => {
    const found = rows(alignment, halts, false);
    for (const side of [0, 1]) {
      for (const n of halts[side]) {
        const row = rowOf(found, side, n);
        assert.equal(found[row].at[side], n);
        assert.ok(found[row].moves[side]);
      }
    }
  });
}

test("beyond its end is the last row", () => {
  const found = rows("==<", [[0, 4, 9], [0, 5]], false);
  assert.equal(rowOf(found, 1, 100), 2);
});
