// A coroutine in words: where it stands, and what it keeps.

import { cut, element, taskClass } from "./elements.js";
import { chain, values } from "./facts.js";

const ENDS = { returned: "has returned", raised: "has raised", dropped: "was" };

// One that awaits another, which is put into its last child.
export function outerFrame(run, instance, changed) {
  const made = frame(run, instance, changed, (where) => ` is in ${where}, and awaits`);
  made.append(element("div"));
  return made;
}

// A coroutine inside those that await it, outermost first.
export function nestedFrames(run, instance, changed) {
  const outer = chain(run, instance).slice(0, -1);
  let inner = frame(run, instance, changed, (where) => standing(run, instance, where));
  for (const one of outer.reverse()) {
    const around = outerFrame(run, one, changed);
    around.lastChild.append(inner);
    inner = around;
  }
  return inner;
}

function standing(run, instance, where) {
  const [, how] = run.get(`at ${instance}`);
  if (how in ENDS) return ` ${ENDS[how]} ${run.get(`result ${instance}`)}`;
  return how === "running" ? ` runs from ${where}` : ` is suspended in ${where}`;
}

function frame(run, instance, changed, say) {
  const [machine, task] = run.data.instances[instance];
  const { name, words } = run.data.machines[machine];
  const [state] = run.get(`at ${instance}`);
  const kept = values(run, instance).map(({ name: variable, value }) =>
    element(
      "li",
      { class: changed.has(`value ${instance} ${variable}`) ? "wp-changed" : null },
      element("code", {}, `${variable} = ${cut(value, 40)}`),
    ),
  );
  return element(
    "div",
    { class: `wp-frame ${taskClass(task)}` },
    element("p", {}, element("code", {}, name), say(words[state])),
    element("ul", {}, ...kept),
  );
}
