import assert from "node:assert/strict";
import { test } from "node:test";

import { halted, nearestHalt, nextHalt, previousHalt } from "../../../../plugin/mkdocs_wakepoint/assets/stepper/halts.js";

const HALTS = [0, 2, 3, 10, 20];

test("the next halt is the first one behind an event, and the last stays", () => {
  assert.deepEqual([0, 1, 2, 9, 10, 19, 20].map((n) => nextHalt(HALTS, n)), [2, 2, 3, 10, 20, 20, 20]);
});

test("the previous halt is the last one before an event, and the first stays", () => {
  assert.deepEqual([0, 1, 2, 3, 9, 10, 20].map((n) => previousHalt(HALTS, n)), [0, 0, 0, 2, 3, 3, 10]);
});

test("a halt is the nearest to itself, and of two that are as near the later one is", () => {
  assert.deepEqual([0, 1, 4, 6, 7, 15, 20].map((n) => nearestHalt(HALTS, n)), [0, 2, 3, 3, 10, 20, 20]);
  for (const n of HALTS) assert.equal(nearestHalt(HALTS, n), n);
});

test("halts are counted without the one before the run", () => {
  assert.deepEqual([0, 1, 2, 5, 20].map((n) => halted(HALTS, n)), [0, 0, 1, 2, 4]);
});

test("a run without events has one halt", () => {
  assert.deepEqual([nextHalt([0], 0), previousHalt([0], 0), nearestHalt([0], 0), halted([0], 0)], [0, 0, 0, 0]);
});
