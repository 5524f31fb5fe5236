// The life of a future: where each task stands at this step, and how often each way was taken so far.
// The build has drawn the picture as it is at the end of the run.

import { element, follow, taskClass } from "./elements.js";
import { atMost, lives } from "./facts.js";

const SVG = "http://www.w3.org/2000/svg";
const MOST = 5; // chips in a box
const CHIP = 28; // px from one to the next, as in views/lifecycle.py

export class Lifecycle {
  // machine: the pane in which it is one of the tabs; none if it has a pane of its own.
  constructor(figure, run, machine) {
    this.figure = figure;
    this.run = run;
    this.words = figure.querySelector("desc");
    this.states = [...figure.querySelectorAll("[data-life]")];
    this.moves = [...figure.querySelectorAll("[data-move]")];
    if (machine) this.makeTab(machine);
  }

  makeTab({ tabs, box }) {
    this.tabs = tabs;
    this.tab = element("button", { type: "button", "aria-pressed": "false" }, "life of a future");
    tabs.append(this.tab);
    tabs.addEventListener("click", ({ target }) => {
      const isShown = target === this.tab && !box.classList.contains("wp-shows-life");
      box.classList.toggle("wp-shows-life", isShown);
      this.drawTab();
    });
    this.box = box;
  }

  drawTab() {
    if (!this.tab) return;
    const isShown = this.box.classList.contains("wp-shows-life");
    for (const tab of this.tabs.children) {
      tab.classList.toggle("wp-covered", isShown && tab !== this.tab);
    }
    this.tab.classList.toggle("wp-shown", isShown);
    this.tab.setAttribute("aria-pressed", String(isShown));
  }

  draw() {
    const { standing, counts, last } = lives(this.run);
    const made = Object.keys(counts).map((move) => move.split(" "));
    for (const state of this.states) {
      const name = state.dataset.life;
      const tasks = standing[name] ?? [];
      state.classList.toggle("wp-unvisited", !made.some((move) => move.includes(name)));
      state.classList.toggle("wp-here", tasks.length > 0);
      state.querySelector(".wp-life-chips")?.replaceChildren(...chips(tasks));
    }
    const words = [];
    for (const move of this.moves) {
      const { move: key, why } = move.dataset;
      const count = counts[key];
      move.classList.toggle("wp-untaken", !count);
      move.classList.toggle("wp-last", key === last);
      move.querySelector(".wp-life-count").textContent = count ? ` ×${count}` : "";
      if (count) words.push(`${key.replace(" ", " to ")} (${why}): ${count}`);
    }
    this.words.textContent = words.join("; ") || "nothing yet";
    this.drawTab();
    this.reached = last && this.figure.querySelector(`svg [data-life="${last.split(" ")[1]}"]`);
  }

  follow() {
    if (this.figure.offsetParent) follow(this.figure.closest(".wp-pane-box"), this.reached);
  }
}

// From right to left, so that they end where the box ends.
function chips(tasks) {
  const [shown, more] = atMost(tasks, MOST);
  const names = shown.map((task) => [String(task), taskClass(task)]);
  if (more) names.push([`+${more}`, "wp-task-7"]);
  return names.reverse().map(([name, kind], place) => {
    const chip = drawn("g", { class: kind, transform: `translate(${-CHIP * place} 0)` });
    const text = drawn("text", { class: "wp-life-task", x: 1.5 - CHIP / 2, y: 14.5, "text-anchor": "middle" });
    text.textContent = name;
    chip.append(drawn("rect", { x: 3 - CHIP, width: CHIP - 3, height: 20, rx: 10 }), text);
    return chip;
  });
}

function drawn(name, attributes) {
  const made = document.createElementNS(SVG, name);
  for (const [attribute, value] of Object.entries(attributes)) made.setAttribute(attribute, value);
  return made;
}
