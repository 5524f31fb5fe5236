// The scrubber: a slider over the lanes of the run.

export class Track {
  constructor(root, run) {
    this.slider = root.querySelector(".wp-slider");
    this.picture = root.querySelector(".wp-groove");
    this.needle = this.picture.querySelector(".wp-needle");
    this.veil = this.picture.querySelector(".wp-veil");
    this.width = this.picture.viewBox.baseVal.width;
    this.run = run;
  }

  // isVeiled: whether what lies ahead is hidden.
  draw(isVeiled, words) {
    const x = (this.width * this.run.at) / Math.max(this.run.length, 1);
    this.needle.setAttribute("transform", `translate(${x} 0)`);
    this.veil.setAttribute("x", isVeiled ? x : this.width);
    this.slider.value = this.run.at;
    this.slider.setAttribute("aria-valuetext", words);
  }
}
