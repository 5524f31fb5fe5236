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

  // Puts the question; goOn(words) is called with what is said of the answer.
  ask([at, then, text, choices, right], goOn) {
    const answers = choices.map((choice, index) => {
      const button = element("button", { type: "button" }, choice);
      button.addEventListener("click", () => {
        this.answered.add(at);
        goOn(then, index === right ? "Right. " : `No: ${lowered(choices[right])}. `);
      });
      return button;
    });
    this.box.replaceChildren(element("strong", {}, text), " ", ...answers);
    answers[0].focus();
  }
}

function lowered(text) {
  return text.charAt(0).toLowerCase() + text.slice(1);
}
