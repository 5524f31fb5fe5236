// The code: which line runs, and at which lines tasks wait.

import { marks } from "./facts.js";
import { element, follow, taskClass } from "./elements.js";

const SIGNS = { runs: "▶", waits: "‖", queued: "▷", inside: "↳", yields: "‖" };
const WORDS = {
  runs: ["runs from here", "run from here"],
  waits: ["waits", "wait"],
  queued: ["is queued", "are queued"],
  inside: ["is inside", "are inside"],
  yields: ["has yielded", "have yielded"],
};

export class Code {
  // line: gives the element of a line by its id; none if it is not shown.
  constructor(pane, line) {
    this.line = line;
    this.box = pane?.querySelector(".wp-pane-box");
    this.drawn = [];
  }

  clear() {
    for (const { line, box } of this.drawn) {
      box.remove();
      line.classList.remove("wp-runs", "wp-waits", "wp-inside");
    }
    this.drawn = [];
  }

  draw(run) {
    this.clear();
    const boxes = new Map();
    this.front = undefined;
    for (const place of marks(run)) {
      const line = this.line(place.line);
      if (!line) continue;
      if (!boxes.has(line)) boxes.set(line, element("span", { class: "wp-stands" }));
      boxes.get(line).append(mark(place));
      if (place.instances.includes(run.get("front"))) this.front = line;
      line.classList.add(place.kind === "runs" || place.kind === "inside" ? `wp-${place.kind}` : "wp-waits");
    }
    for (const [line, box] of boxes) line.append(box);
    this.drawn = [...boxes].map(([line, box]) => ({ line, box }));
  }

  // Has the line in view where the coroutine stands that moves.
  follow() {
    const lines = this.drawn.map(({ line }) => line);
    const running = lines.find((line) => line.classList.contains("wp-runs"));
    follow(this.box, this.front ?? running ?? lines[lines.length - 1]);
  }
}

function mark({ kind, tasks, name }) {
  const who = tasks.length > 3 ? `${tasks.length} tasks` : tasks.length ? `task ${tasks.join(", ")}` : name;
  // Its text is an attribute: who copies the code does not copy it.
  return element("span", {
    class: `wp-stand ${taskClass(tasks[0])}`,
    "data-mark": `${SIGNS[kind]} ${who} ${WORDS[kind][tasks.length > 1 ? 1 : 0]}`,
    "data-short": `${SIGNS[kind]} ${tasks.length > 1 ? tasks.length : (tasks[0] ?? "")}`,
  });
}
