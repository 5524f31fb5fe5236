// Asks before a step is shown; the run has the answer.

import { element } from "./elements.js";

export class Questions {
  constructor(run, box) {
    this.box = box;
    this.isOn = false;
    this.answered = new Set();
    this.byEvent = new Map(run.data.questions.map((question) => [question[0], question]));
  }

  // The question that stands before whoever goes on from event n; none if it was answered.
  before(n) {
    return this.isOn && !this.answered.has(n) ? this.byEvent.get(n) : undefined;
  }

  // Puts the question, and gives the first button; goOn(then, words) is called with the event that
  // answers it and what is said of the reader's answer.
  ask([at, then, text, choices, right], goOn) {
    const answers = choices.map((choice, index) => {
      const button = element("button", { type: "button" }, choice);
      button.addEventListener("click", () => {
        this.answered.add(at);
        goOn(then, verdict(index, right, choices));
      });
      return button;
    });
    this.box.replaceChildren(element("strong", {}, text), " ", ...answers);
    return answers[0];
  }

  // Whether something is asked that what stands around might answer.
  areOpen() {
    return this.isOn || this.ofAuthor() !== undefined;
  }

  // What the author asks before the run, until it was answered.
  ofAuthor() {
    return this.answered.has(0) ? undefined : this.byEvent.get(0);
  }
}

function verdict(index, right, choices) {
  if (right === null) return "";
  return index === right ? "Right. " : `No: ${choices[right]}. `;
}
