// One of two runs that are walked through together: what it shows at a step.

import { Code } from "./code.js";
import { element, follow } from "./elements.js";
import { nestedFrames } from "./frames.js";
import { Strip } from "./strip.js";

export class Side {
  // cells: what the page has for this side; prefix: what the ids of its lines begin with.
  constructor(cells, prefix) {
    this.cells = cells;
    this.prefix = prefix;
    this.now = this.find(".wp-now");
    this.choice = this.find(".wp-whose");
    this.codes = [...(this.find(".wp-pane-code")?.querySelectorAll(".wp-code") ?? [])];
    this.frames = this.find(".wp-frames");
  }

  find(selector) {
    for (const cell of this.cells) {
      const found = cell.matches(selector) ? cell : cell.querySelector(selector);
      if (found) return found;
    }
    return null;
  }

  // Shows another recording from now on; see recorded.js.
  take(recorded) {
    this.code?.clear();
    this.recorded = recorded;
    const { run, key, code, name } = recorded;
    for (const cell of this.cells) {
      for (const whose of cell.querySelectorAll(".wp-of")) whose.textContent = ` · ${name}`;
    }
    this.codes.forEach((box, n) => (box.hidden = n !== code));
    const own = `wp-${key}-line-`;
    this.code = new Code(this.find(".wp-pane-code"), (id) =>
      id.startsWith(own) ? document.getElementById(`${this.prefix}.${code}-line-${id.slice(own.length)}`) : null,
    );
    const strip = this.find(".wp-strip");
    this.strip = new Strip(strip, run, recorded.sentence, () => recorded.callsBetween(this.before, run.at));
    this.before = 0;
  }

  // Goes from after event `before` to after event n; stands still in a step that only the other has.
  draw(before, n, moves, other) {
    const { run, sentence } = this.recorded;
    this.before = before;
    run.go(n);
    const changed = moves ? run.changedSince(before) : new Set();
    this.code.draw(run);
    this.strip.draw(changed);
    const front = run.get("front");
    this.frames.replaceChildren(front ? nestedFrames(run, front, changed) : element("p", { class: "wp-none" }, "none has begun"));
    this.now.classList.toggle("wp-waiting", !moves);
    if (!moves) {
      this.now.replaceChildren(element("b", {}, "Stands still."), ` Only ${other} has this step.`);
    } else if (n) {
      this.now.replaceChildren(...[...sentence(n).childNodes].map((node) => node.cloneNode(true)));
    } else {
      this.now.textContent = "Nothing has run yet.";
    }
  }

  // Has in view what moves.
  follow() {
    this.code.follow();
    const frames = this.frames.querySelectorAll(".wp-frame");
    follow(this.frames.parentElement, frames[frames.length - 1]);
  }
}
