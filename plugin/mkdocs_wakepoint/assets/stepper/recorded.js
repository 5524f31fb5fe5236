// A recording of a comparison: its run, and what is said of each event. What the page has already, in
// the stepper of a snippet, is taken from there.

import { Run } from "./run.js";

// one: what views/pair/data.py says of it; told: the element with its sentences, if the page has them
// nowhere else. Gives nothing if the page lacks the stepper that has them.
export function recorded(one, told) {
  const own = `.wp-stepper[data-key="${CSS.escape(one.key)}"]:not(.wp-pair) .wp-run`;
  const data = one.data ?? JSON.parse(document.querySelector(own)?.content.textContent ?? "null");
  const steps = told?.content.children ?? document.getElementById(`wp-${one.key}:steps`)?.children;
  if (!data || !steps) return null;
  return {
    ...one,
    run: new Run(data),
    sentence: (n) => steps[n - 1],
    // The events of the kernel calls after one event up to another.
    callsBetween: (before, n) => one.calls.filter((call) => before < call && call <= n),
  };
}
