// What the run has written so far. A line keeps its place before it is written, so nothing moves.

export class Output {
  constructor(root) {
    this.lines = [...root.querySelectorAll(".wp-written")];
    this.boxes = [...root.querySelectorAll(".wp-output:not(.wp-stdout)")];
  }

  // Of a line without a date it is only known that it is there at the end.
  draw(at, end) {
    for (const line of this.lines) {
      const date = line.dataset.n === undefined ? end - 1 : Number(line.dataset.n);
      line.classList.toggle("wp-unwritten", at <= Math.min(date, end - 1));
    }
    // That there is an error is not told before there is one.
    for (const box of this.boxes) {
      box.classList.toggle("wp-unwritten", !box.querySelector(".wp-written:not(.wp-unwritten)"));
    }
  }
}
