// The machine of the coroutine that moves, inside those that await it, as it is at this step. The
// build has drawn the picture; what changes in it are classes and texts.

import { chain } from "./facts.js";
import { outerFrame } from "./frames.js";
import { cut, element, follow } from "./elements.js";

const WORDS = { running: "runs from here", suspended: "suspended here" };
const DEEPEST = 3; // frames around the picture; those further out are counted

export class MachinePane {
  // before: what stands before the ids that the build gave to the pictures.
  constructor(pane, run, before) {
    this.box = pane.querySelector(".wp-pane-box");
    this.run = run;
    this.pinned = null; // index of the machine that the reader chose
    this.pictures = new Map();
    for (const figure of pane.querySelectorAll("figure.wp-machine")) {
      const index = run.data.machines.findIndex(({ anchor }) => before + anchor === figure.id);
      if (index < 0) continue;
      this.pictures.set(index, new Picture(figure));
      // Its caption tells of the whole run, also to those who do not see that it is hidden.
      figure.setAttribute("aria-label", `Machine of ${run.data.machines[index].name}`);
    }
    this.tabs = pane.querySelector(".wp-tabs");
    this.frames = element("div", { class: "wp-frames" });
    this.inner = element("div", { class: "wp-inner" });
    this.inner.append(...[...this.pictures.values()].map(({ figure }) => figure));
    this.box.prepend(this.frames);
    this.makeTabs();
  }

  makeTabs() {
    for (const index of this.pictures.keys()) {
      const tab = element("button", { type: "button", "aria-pressed": "false" }, this.run.data.machines[index].name);
      tab.addEventListener("click", () => {
        this.pinned = this.pinned === index ? null : index;
        this.draw(new Set());
        this.follow();
      });
      tab.machine = index;
      this.tabs.append(tab);
    }
  }

  draw(changed) {
    const machine = this.pinned ?? this.moving() ?? this.pictures.keys().next().value;
    const front = machine === this.moving() ? this.run.get("front") : this.run.get(`last ${machine}`);
    for (const tab of this.tabs.children) {
      tab.classList.toggle("wp-shown", tab.machine === machine);
      tab.setAttribute("aria-pressed", String(tab.machine === this.pinned));
    }
    for (const [index, { figure }] of this.pictures) figure.hidden = index !== machine;
    this.pictures.get(machine)?.draw(this.run, front, changed);
    this.drawFrames(front, changed);
  }

  follow() {
    follow(this.box, this.box.querySelector("figure:not([hidden]) .wp-here"));
  }

  // On paper each picture is as the build drew it: of the whole run, with what each state has held.
  print() {
    for (const { figure, built } of this.pictures.values()) figure.replaceWith(built);
  }

  afterPrint() {
    for (const { figure, built } of this.pictures.values()) built.replaceWith(figure);
  }

  // The machine that moves, if its picture is here.
  moving() {
    const [machine] = this.run.data.instances[this.run.get("front")] ?? [];
    return this.pictures.has(machine) ? machine : undefined;
  }

  // While the frames are of the same coroutines, the picture stays where it is: wherever it is put, the
  // browser lays out all of it.
  drawFrames(front, changed) {
    const outer = front ? chain(this.run, front).slice(0, -1) : [];
    const shown = outer.slice(-DEEPEST);
    const frames = shown.map((instance) => outerFrame(this.run, instance, changed));
    const key = `${outer.length} ${shown}`;
    if (key === this.framed) {
      this.drawn.forEach((frame, n) => redraw(frame, frames[n]));
      return;
    }
    this.framed = key;
    this.drawn = frames;
    const more = outer.length - shown.length;
    this.frames.replaceChildren(...(more ? [element("p", { class: "wp-none" }, `inside ${more} more`)] : []));
    let place = this.frames;
    for (const frame of frames) {
      place.append(frame);
      place = frame.lastChild;
    }
    place.append(this.inner);
  }
}

// What a frame says anew; what stands in it stays.
function redraw(frame, made) {
  while (frame.childNodes.length > 1) frame.firstChild.remove();
  frame.prepend(...[...made.childNodes].slice(0, -1));
}

class Picture {
  constructor(figure) {
    this.figure = figure;
    this.built = figure.cloneNode(true);
    this.boxes = [...figure.querySelectorAll("[data-state]")].map((group) => new Box(group));
    this.ways = [...figure.querySelectorAll("[data-to]")].map((group) => new Way(group));
  }

  draw(run, instance, changed) {
    const taken = this.taken(run, instance);
    const told = String(instance) === this.figure.dataset.instance;
    for (const box of this.boxes) box.draw(run, instance, changed, taken);
    for (const way of this.ways) way.draw(run, instance, taken, told);
  }

  // The steps of this run from box to box, where a box may stand for several states.
  taken(run, instance) {
    const taken = new Map();
    for (const [pair, numbers] of run.below(`way ${instance} `)) {
      const key = pair.split(" ").map((state) => this.first(Number(state))).join(" ");
      taken.set(key, [...(taken.get(key) ?? []), numbers]);
    }
    for (const [key, several] of taken) {
      taken.set(key, several.sort((one, other) => parseInt(one) - parseInt(other)).join(" "));
    }
    return taken;
  }

  first(state) {
    return this.boxes.find((box) => box.holds(state))?.index;
  }
}

class Box {
  constructor(group) {
    this.group = group;
    this.index = Number(group.dataset.state);
    this.last = Number(group.dataset.last ?? this.index);
    this.count = group.querySelector(".wp-corner");
    this.foot = group.querySelector(".wp-foot");
    this.rows = [...group.querySelectorAll("[data-variable]")].map((row) => ({
      row,
      name: row.dataset.variable,
      text: row.querySelector(".wp-value"),
    }));
  }

  holds(state) {
    return this.index <= state && state <= this.last;
  }

  draw(run, instance, changed, taken) {
    const at = instance && run.get(`at ${instance}`);
    const here = Boolean(at) && this.holds(at[0]);
    const came = [...taken.keys()].some((pair) => pair.endsWith(` ${this.index}`));
    this.group.classList.toggle("wp-here", here);
    this.group.classList.toggle("wp-unvisited", !here && !came && !(instance && this.index === 0));
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
    this.cause = group.querySelector(".wp-cause");
    this.last = lastNumber(this.badge?.textContent);
  }

  // told: the picture says of this run why its steps were made; it does so when the last was.
  draw(run, instance, taken, told) {
    const numbers = taken.get(this.key);
    const at = instance && run.get(`at ${instance}`);
    const last = lastNumber(numbers);
    this.group.classList.toggle("wp-untaken", !numbers);
    this.group.classList.toggle("wp-last", Boolean(numbers) && last === at[2]);
    if (this.badge) this.badge.textContent = numbers ? cut(numbers, Number(this.badge.dataset.room ?? 12)) : "";
    this.cause?.classList.toggle("wp-later", !told || last !== this.last);
  }
}

function lastNumber(text) {
  return Number(/\d+$/.exec(text ?? "")?.[0]);
}
