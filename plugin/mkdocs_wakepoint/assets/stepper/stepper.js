// One stepper: its parts, and how a reader moves.

import { addressOf, stepIn } from "./address.js";
import { Code } from "./code.js";
import { halted, nearestHalt, previousHalt } from "./halts.js";
import { Lifecycle } from "./lifecycle.js";
import { MachinePane } from "./machine.js";
import { Output } from "./output.js";
import { Questions } from "./questions.js";
import { Run } from "./run.js";
import { Strip } from "./strip.js";
import { Track } from "./track.js";
import { Walk } from "./walk.js";

export class Stepper extends Walk {
  constructor(root) {
    super(root);
    this.run = new Run(JSON.parse(root.querySelector(".wp-run").content.textContent));
    this.by = "story";
    // A print page, which is made of many, puts the name of a page before its ids.
    const name = `wp-${this.key}`;
    const before = root.closest(".wp").id.slice(0, -name.length);
    this.steps = document.getElementById(`${before}${name}:steps`).children;
    this.now = root.querySelector(".wp-now");
    this.position = root.querySelector(".wp-position");
    this.code = new Code(root.querySelector(".wp-pane-code"), (id) => document.getElementById(before + id));
    const pane = root.querySelector(".wp-pane-machine");
    this.machine = pane && new MachinePane(pane, this.run, before);
    const life = root.querySelector(".wp-lifecycle");
    this.life = life && new Lifecycle(life, this.run, this.machine);
    this.strip = new Strip(root, this.run, (n) => this.steps[n - 1]);
    this.output = new Output(root);
    this.track = new Track(root, this.run);
    this.questions = new Questions(this.run, this.now);
    this.listen();
    // Without a script the address of a step leads to its text; now it leads here.
    for (const step of this.steps) step.removeAttribute("id");
    root.classList.add("wp-started");
    this.goToAddress() || this.show(0);
  }

  get halts() {
    return this.run.data[this.by];
  }

  get at() {
    return this.run.at;
  }

  get last() {
    return this.run.length;
  }

  // Shows what is true after event n, and what is said of the answer that led there.
  show(n, words = "") {
    this.run.go(n);
    const at = this.run.at;
    const changed = at ? this.run.changedSince(previousHalt(this.halts, at)) : new Set();
    this.code.draw(this.run);
    this.machine?.draw(changed);
    this.life?.draw();
    this.strip.draw(changed);
    this.output.draw(at, this.run.length);
    this.root.classList.toggle("wp-asking", at < this.run.length && this.questions.areOpen());
    // Whoever goes on without an answer is not kept from the machine.
    this.root.classList.toggle("wp-unanswered", at === 0 && this.questions.ofAuthor() !== undefined);
    const count = this.halts.length - 1;
    const position = `Step ${halted(this.halts, at)} of ${count}`;
    this.position.textContent = position;
    this.say(at, words);
    this.track.draw(this.questions.areOpen(), `${position}: ${this.now.textContent}`);
    this.markEnds();
    // To measure is to lay out: once, when all is drawn.
    for (const part of [this.code, this.machine, this.life]) part?.follow();
  }

  say(at, words) {
    const question = at ? undefined : this.questions.ofAuthor();
    if (question) {
      this.put(question);
      return;
    }
    if (!at) {
      this.now.textContent = "Nothing has run yet. Go on with Next, or with the arrow keys.";
      return;
    }
    const sentence = [...this.steps[at - 1].childNodes].map((node) => node.cloneNode(true));
    this.now.replaceChildren(words, ...sentence);
  }

  address() {
    return addressOf(this.key, this.at);
  }

  next() {
    const question = this.questions.before(this.run.at);
    if (question) {
      this.stop();
      this.put(question).focus();
      return;
    }
    super.next();
  }

  put(question) {
    return this.questions.ask(question, (then, words) => {
      this.move(then, words);
      this.button("next").focus();
    });
  }

  listen() {
    super.listen();
    this.root.querySelector(".wp-by").addEventListener("change", (event) => {
      this.by = event.target.value;
      this.show(nearestHalt(this.halts, this.at));
    });
    this.root.querySelector(".wp-ask").addEventListener("change", (event) => {
      this.questions.isOn = event.target.checked;
      this.show(this.at);
    });
  }

  // On paper a run stands at its end.
  print() {
    this.shownAt = this.run.at;
    this.show(this.run.length);
    this.machine?.print();
  }

  afterPrint() {
    this.machine?.afterPrint();
    this.show(this.shownAt);
  }

  // Goes to the step that the page's address names; false if it names none of this stepper's.
  goToAddress() {
    const step = stepIn(location.hash, this.key);
    if (step === null) return false;
    if (step === "ask") {
      this.root.querySelector(".wp-ask").checked = true;
      this.questions.isOn = true;
      this.questions.answered.clear();
      this.show(0);
    } else {
      this.show(step);
    }
    this.steps[0]?.closest("details").removeAttribute("open");
    this.root.parentElement.scrollIntoView({ block: "start" });
    return true;
  }
}
