import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, pairIn, stepIn } from "../../../../plugin/mkdocs_wakepoint/assets/stepper/address.js";

test("an address leads to its own step", () => {
  assert.equal(stepIn(addressOf("download", 57), "download"), 57);
});

test("it leads to no other snippet, and to none that has more to its name", () => {
  assert.equal(stepIn("#wp-download:57", "load"), null);
  assert.equal(stepIn("#wp-download-2:57", "download"), null);
});

test("a question has an address as well", () => {
  assert.equal(stepIn("#wp-download:ask", "download"), "ask");
});

test("other addresses are none", () => {
  for (const hash of ["", "#", "#wp-download", "#download:5", "#wp-download:", "#wp-download:five", "#%E0%A4%A"]) {
    assert.equal(stepIn(hash, "download"), null);
  }
});

test("an address of a pair says which two recordings, unless they are the first two", () => {
  assert.equal(addressOf("compare", 12, [0, 1]), "#wp-compare:12");
  assert.equal(addressOf("compare", 12, [2, 0]), "#wp-compare.3-1:12");
  for (const chosen of [[0, 1], [1, 0], [2, 0]]) {
    assert.deepEqual(pairIn(addressOf("compare", 12, chosen), "compare", 3), { n: 12, chosen });
  }
});

test("it leads to no other pair, and to no recordings that are not there", () => {
  const others = ["#wp-compare-2:1", "#wp-compare.1-1:1", "#wp-compare.0-1:1", "#wp-compare.1-4:1", "#wp-compare:ask", "#wp-compare"];
  for (const hash of others) assert.equal(pairIn(hash, "compare", 3), null);
  assert.equal(stepIn("#wp-compare.1-3:4", "compare"), null);
});
