import assert from "node:assert/strict";
import { test } from "node:test";

import { addressOf, stepIn } from "../../../../plugin/mkdocs_wakepoint/assets/stepper/address.js";

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
