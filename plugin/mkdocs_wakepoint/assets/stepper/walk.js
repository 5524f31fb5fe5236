// How a reader moves through a run, or through two: by buttons, keys, a slider, or play; and the page's
// address follows. Who is walked through has `at`, `last`, the halts, and `show(n, words)`.

import { remember } from "./address.js";
import { nearestHalt, nextHalt, previousHalt } from "./halts.js";

const PACE = 1600; // ms between two steps of play

export class Walk {
  constructor(root) {
    this.root = root;
    this.key = root.dataset.key;
    this.slider = root.querySelector(".wp-slider");
    this.timer = null;
  }

  // -- moving --------------------------------------------------------------------------------

  // Shows step n, as a move of the reader's: the page's address follows.
  move(n, words) {
    this.show(n, words);
    remember(this.address());
  }

  next() {
    this.move(nextHalt(this.halts, this.at));
    if (this.at === this.last) this.stop();
  }

  back() {
    this.move(previousHalt(this.halts, this.at));
  }

  // -- play ----------------------------------------------------------------------------------

  play() {
    if (this.at === this.last) this.show(0);
    this.timer = setInterval(() => this.next(), PACE);
    this.button("play").textContent = "Pause";
  }

  stop() {
    clearInterval(this.timer);
    this.timer = null;
    this.button("play").textContent = "Play";
  }

  // -- what the reader does --------------------------------------------------------------------

  button(name) {
    return this.root.querySelector(`button.wp-${name}`);
  }

  // Of buttons that lead nowhere now, that they do.
  markEnds() {
    for (const [name, off] of [["first", !this.at], ["back", !this.at], ["next", this.at === this.last], ["last", this.at === this.last]]) {
      // Not disabled: that would take the focus away, and the arrow keys with it.
      this.button(name).setAttribute("aria-disabled", String(off));
    }
  }

  listen() {
    const actions = {
      first: () => this.move(0),
      back: () => this.back(),
      next: () => this.next(),
      last: () => this.move(this.last),
      play: () => (this.timer ? this.stop() : this.play()),
    };
    for (const [name, action] of Object.entries(actions)) {
      this.button(name).addEventListener("click", () => {
        if (name !== "play") this.stop();
        action();
      });
    }
    this.slider.addEventListener("input", () => {
      this.stop();
      this.move(nearestHalt(this.halts, Number(this.slider.value)));
    });
    this.root.addEventListener("keydown", (event) => this.pressed(event));
  }

  pressed(event) {
    if (event.ctrlKey || event.metaKey || event.altKey || event.target.closest("select, pre, .wp-scroll")) return;
    const actions = {
      ArrowRight: () => this.next(),
      ArrowLeft: () => this.back(),
      Home: () => this.move(0),
      End: () => this.move(this.last),
    };
    const action = actions[event.key];
    if (!action) return;
    event.preventDefault();
    event.stopPropagation();
    this.stop();
    action();
  }

  // -- paper -----------------------------------------------------------------------------------

  print() {}

  afterPrint() {}
}
