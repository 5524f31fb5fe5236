// Two runs side by side, moved by one set of controls. Which steps they have in common the build has
// found out; a run that lacks a step stands still.

import { addressOf, pairIn } from "./address.js";
import { rowOf, rows } from "./aligned.js";
import { recorded } from "./recorded.js";
import { Side } from "./side.js";
import { taskClass } from "./elements.js";
import { Walk } from "./walk.js";

const SVG = "http://www.w3.org/2000/svg";
const LANE = 18; // px, as in views/stepper/track.py
const BAR = 12;

export class Pair extends Walk {
  constructor(root) {
    super(root);
    const { runs, alignments } = JSON.parse(root.querySelector(".wp-run").content.textContent);
    const told = [...root.querySelectorAll(".wp-told")];
    this.runs = runs.map((one) => recorded(one, one.data && told.shift()));
    this.alignments = alignments;
    this.position = root.querySelector(".wp-position");
    this.groove = root.querySelector(".wp-groove");
    this.needle = root.querySelector(".wp-needle");
    this.names = root.querySelectorAll(".wp-lanes > li");
    this.sides = [0, 1].map((side) => new Side([...root.querySelectorAll(`[data-side="${side}"]`)], `wp-${this.key}.${side}`));
    this.at = 0;
    root.classList.add("wp-started");
    // An excerpt of a page may have the comparison without the snippet.
    if (this.runs.includes(null)) {
      root.hidden = true;
      return;
    }
    this.choose([0, 1]);
    this.listen();
    this.goToAddress() || this.show(0);
  }

  get last() {
    return this.rows.length - 1;
  }

  get halts() {
    return this.rows.map((_, n) => n);
  }

  // Puts these two recordings, by their numbers, on the two sides.
  choose(chosen) {
    this.chosen = chosen;
    const runs = chosen.map((one) => this.runs[one]);
    const [low, high] = [...chosen].sort((one, other) => one - other);
    this.rows = rows(this.alignments[`${low} ${high}`], runs.map(({ halts }) => halts), chosen[0] > chosen[1]);
    this.slider.max = this.last;
    this.sides.forEach((side, n) => {
      side.take(runs[n]);
      if (side.choice) side.choice.value = chosen[n];
      this.names[n].textContent = runs[n].name;
    });
    this.paint(runs);
  }

  // The lanes of the slider: a bar for each step that a side has, in the colour of its task.
  paint(runs) {
    const bars = new Map();
    const width = this.groove.viewBox.baseVal.width / this.rows.length;
    this.rows.forEach(({ halts, moves }, row) => {
      runs.forEach(({ tasks }, side) => {
        if (!moves[side] || !row) return;
        const task = tasks[halts[side]];
        const kind = task ? `wp-task ${taskClass(task)}` : "wp-parked";
        const bar = `M${(width * row).toFixed(1)} ${side * LANE + (LANE - BAR) / 2}h${(width * 0.8).toFixed(1)}v${BAR}h${(-width * 0.8).toFixed(1)}z`;
        bars.set(kind, (bars.get(kind) ?? "") + bar);
      });
    });
    const paths = [...bars].map(([kind, d]) => {
      const path = document.createElementNS(SVG, "path");
      path.setAttribute("class", kind);
      path.setAttribute("d", d);
      return path;
    });
    this.groove.replaceChildren(...paths, this.needle);
  }

  show(n) {
    this.at = Math.max(0, Math.min(n, this.last));
    const { at, moves } = this.rows[this.at];
    const before = this.rows[Math.max(this.at - 1, 0)].at;
    const names = this.chosen.map((one) => this.runs[one].name);
    this.sides.forEach((side, n) => side.draw(before[n], at[n], moves[n], names[1 - n]));
    const who = moves[0] && moves[1] ? "both" : `only ${names[moves[0] ? 0 : 1]}`;
    const position = `Step ${this.at} of ${this.last}${this.at ? `: ${who}` : ""}`;
    this.position.textContent = position;
    const x = (this.groove.viewBox.baseVal.width * (this.at + 1)) / this.rows.length;
    this.needle.setAttribute("transform", `translate(${x.toFixed(1)} 0)`);
    this.slider.value = this.at;
    this.slider.setAttribute("aria-valuetext", position);
    this.markEnds();
    for (const side of this.sides) side.follow();
  }

  listen() {
    super.listen();
    this.sides.forEach(({ choice }, side) => {
      choice?.addEventListener("change", () => this.changed(side, Number(choice.value)));
    });
  }

  // The reader wants another recording on a side; the other side stays where it is. Who is there already
  // changes places.
  changed(side, run) {
    const chosen = [...this.chosen];
    if (chosen[1 - side] === run) chosen[1 - side] = chosen[side];
    chosen[side] = run;
    const stays = this.chosen[1 - side];
    const n = this.rows[this.at].at[1 - side];
    this.stop();
    this.choose(chosen);
    this.move(rowOf(this.rows, chosen.indexOf(stays), n));
  }

  address() {
    return addressOf(this.key, this.at, this.chosen);
  }

  // Goes to the step that the page's address names; false if it names none of this pair's.
  goToAddress() {
    const step = this.runs.includes(null) ? null : pairIn(location.hash, this.key, this.runs.length);
    if (!step) return false;
    if (String(step.chosen) !== String(this.chosen)) this.choose(step.chosen);
    this.show(step.n);
    const folded = this.root.closest("details");
    if (folded) folded.open = true;
    this.root.parentElement.scrollIntoView({ block: "start" });
    return true;
  }
}
