// The machine of the coroutine that moves, inside those that await it, as it is at this step. The
// build has drawn the picture; what changes in it are classes and texts.

import { chain, values } from "./facts.js";
import { cut, element, follow, taskClass } from "./elements.js";

const WORDS = { running: "runs from here", suspended: "suspended here" };
const DEEPEST = 3; // frames around the picture; those further out are counted

export class MachinePane {
  constructor(pane, run) {
    this.box = pane.querySelector(".wp-pane-box");
    this.run = run;
    this.pinned = null; // index of the machine that the reader chose
    this.pictures = new Map();
    run.data.machines.forEach(({ anchor }, index) => {
      const figure = anchor && document.getElementById(anchor);
      if (figure && pane.contains(figure)) this.pictures.set(index, new Picture(figure));
    });
    this.tabs = element("div", { class: "wp-tabs", role: "group", "aria-label": "Machine" });
    this.frames = element("div", { class: "wp-frames" });
    this.inner = element("div", { class: "wp-inner" });
    this.inner.append(...[...this.pictures.values()].map(({ figure }) => figure));
    this.box.before(this.tabs);
    this.box.prepend(this.frames);
    this.makeTabs();
  }

  makeTabs() {
    for (const index of this.pictures.keys()) {
      const tab = element("button", { type: "button", "aria-pressed": "false" }, this.run.data.machines[index].name);
      tab.addEventListener("click", () => {
        this.pinned = this.pinned === index ? null : index;
        this.draw(new Set());
      });
      tab.machine = index;
      this.tabs.append(tab);
    }
  }

  draw(changed) {
    const front = this.pinned === null ? this.run.get("front") : this.run.get(`last ${this.pinned}`);
    const machine = this.pinned ?? (front ? this.run.data.instances[front][0] : this.pictures.keys().next().value);
    for (const tab of this.tabs.children) {
      tab.classList.toggle("wp-shown", tab.machine === machine);
      tab.setAttribute("aria-pressed", String(tab.machine === this.pinned));
    }
    for (const [index, { figure }] of this.pictures) figure.hidden = index !== machine;
    this.pictures.get(machine)?.draw(this.run, front, changed);
    this.drawFrames(front, changed);
    follow(this.box, this.box.querySelector("figure:not([hidden]) .wp-here"));
  }

  drawFrames(front, changed) {
    const outer = front ? chain(this.run, front).slice(0, -1) : [];
    const shown = outer.slice(-DEEPEST);
    let place = this.frames;
    const parts = [];
    if (outer.length > shown.length) {
      parts.push(element("p", { class: "wp-none" }, `inside ${outer.length - shown.length} more`));
    }
    for (const instance of shown) {
      const frame = this.frame(instance, changed);
      parts.push(frame);
      place.replaceChildren(...parts.splice(0));
      place = frame.lastChild;
    }
    parts.push(this.inner);
    place.replaceChildren(...parts);
  }

  frame(instance, changed) {
    const [machine, task] = this.run.data.instances[instance];
    const { name, words } = this.run.data.machines[machine];
    const [state] = this.run.get(`at ${instance}`);
    const kept = values(this.run, instance).map(({ name: variable, value }) =>
      element(
        "li",
        { class: changed.has(`value ${instance} ${variable}`) ? "wp-changed" : null },
        element("code", {}, `${variable} = ${cut(value, 40)}`),
      ),
    );
    return element(
      "div",
      { class: `wp-frame ${taskClass(task)}` },
      element("p", {}, element("code", {}, name), ` is in ${words[state]}, and awaits`),
      element("ul", {}, ...kept),
      element("div"),
    );
  }
}

class Picture {
  constructor(figure) {
    this.figure = figure;
    this.states = [...figure.querySelectorAll("[data-state]")].map((group) => new StateBox(group));
    this.ways = [...figure.querySelectorAll("[data-from]")].map((group) => new Way(group));
  }

  draw(run, instance, changed) {
    for (const state of this.states) state.draw(run, instance, changed);
    for (const way of this.ways) way.draw(run, instance);
  }
}

class StateBox {
  constructor(group) {
    this.group = group;
    this.index = Number(group.dataset.state);
    this.count = group.querySelector(".wp-corner");
    this.foot = group.querySelector(".wp-foot");
    this.rows = [...group.querySelectorAll("[data-variable]")].map((row) => ({
      row,
      name: row.dataset.variable,
      text: row.querySelector(".wp-value"),
    }));
  }

  draw(run, instance, changed) {
    const at = instance && run.get(`at ${instance}`);
    const here = Boolean(at) && at[0] === this.index;
    this.group.classList.toggle("wp-here", here);
    this.group.classList.toggle("wp-unvisited", !here && !this.visited(run, instance));
    this.group.classList.remove("wp-stuck");
    if (this.count?.textContent.startsWith("×")) {
      this.count.textContent = `×${run.get(`count ${instance} ${this.index}`) ?? 0}`;
    }
    for (const { row, name, text } of this.rows) {
      const key = `value ${instance} ${name}`;
      const value = here ? run.get(key) : undefined;
      row.classList.toggle("wp-changed", here && changed.has(key));
      row.classList.toggle("wp-absent", value === undefined);
      text.textContent = value === undefined ? name : cut(`${name} = ${value}`, Number(text.dataset.room));
    }
    if (this.foot) this.foot.textContent = this.words(run, instance, at, here);
  }

  visited(run, instance) {
    const start = `way ${instance} `;
    for (const key of run.state.keys()) {
      if (key.startsWith(start) && key.endsWith(` ${this.index}`)) return true;
    }
    return this.index === 0 && Boolean(instance);
  }

  words(run, instance, at, here) {
    const machine = instance && run.data.machines[run.data.instances[instance][0]];
    const line = this.group.dataset.line ?? "";
    if (!here) return line;
    const word = run.get(`result ${instance}`) ?? WORDS[at[1]] ?? at[1];
    const text = line ? `${line} · ${word}` : word;
    return machine ? cut(text, Number(this.foot.dataset.room ?? 60)) : text;
  }
}

class Way {
  constructor(group) {
    this.group = group;
    this.key = `${group.dataset.from} ${group.dataset.to}`;
    this.badge = group.querySelector("[data-badge] text");
  }

  draw(run, instance) {
    const numbers = instance && run.get(`way ${instance} ${this.key}`);
    const at = instance && run.get(`at ${instance}`);
    this.group.classList.toggle("wp-untaken", !numbers);
    this.group.classList.toggle("wp-last", Boolean(numbers) && Number(numbers.match(/\d+$/)[0]) === at[2]);
    if (this.badge) this.badge.textContent = numbers ? cut(numbers, Number(this.badge.dataset.room ?? 12)) : "";
  }
}
