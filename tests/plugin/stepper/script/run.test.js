// What the script computes, against what Python computed. WAKEPOINT_RUNS names a file that
// test_script.py wrote: of each run the data block of its page, and what is true after each event.

import assert from "node:assert/strict";
import { readFileSync } from "node:fs";
import { test } from "node:test";

import { buffers, chain, lives, marks, queue, tasks, values, waits } from "../../../../plugin/mkdocs_wakepoint/assets/stepper/facts.js";
import { Run } from "../../../../plugin/mkdocs_wakepoint/assets/stepper/run.js";

const { runs } = JSON.parse(readFileSync(process.env.WAKEPOINT_RUNS, "utf8"));

function stateOf(run) {
  return Object.fromEntries(run.state);
}

for (const { name, data, states, facts, moves } of runs) {
  test(`${name}: forward, one event at a time`, () => {
    const run = new Run(data);
    assert.equal(run.length, states.length - 1);
    for (let n = 0; n < states.length; n++) {
      run.go(n);
      assert.deepEqual(stateOf(run), states[n], `after event ${n}`);
    }
  });

  test(`${name}: there and back, as a reader drags`, () => {
    const run = new Run(data);
    for (const n of moves) {
      run.go(n);
      assert.equal(run.at, n);
      assert.deepEqual(stateOf(run), states[n], `after event ${n}`);
    }
  });

  test(`${name}: what is shown`, () => {
    const run = new Run(data);
    for (const n of moves) {
      run.go(n);
      const shown = {
        queue: queue(run),
        tasks: tasks(run).map(({ task, how, polls }) => [task, how, polls]),
        waits: waits(run).map(({ task, what }) => [task, what]),
        buffers: buffers(run).map(({ source, bytes }) => [source, bytes]),
        marks: marks(run).map(({ line, kind, instances }) => [line, kind, instances]),
        chain: run.get("front") ? chain(run, run.get("front")) : [],
        lives: lives(run),
        values: run.get("front") ? Object.fromEntries(values(run, run.get("front")).map(({ name: key, value }) => [key, value])) : {},
      };
      assert.deepEqual(shown, facts[n], `after event ${n}`);
    }
  });

  test(`${name}: what has changed since an earlier event`, () => {
    const run = new Run(data);
    for (let i = 1; i < moves.length; i++) {
      const [before, after] = [moves[i - 1], moves[i]].sort((one, other) => one - other);
      run.go(after);
      const keys = new Set([...Object.keys(states[before]), ...Object.keys(states[after])]);
      const expected = [...keys].filter((key) => String(states[before][key]) !== String(states[after][key]));
      assert.deepEqual([...run.changedSince(before)].sort(), expected.sort());
    }
  });
}

test("beyond either end there is nothing", () => {
  const run = new Run(runs[0].data);
  run.go(-5);
  assert.equal(run.at, 0);
  run.go(1e9);
  assert.equal(run.at, run.length);
});
