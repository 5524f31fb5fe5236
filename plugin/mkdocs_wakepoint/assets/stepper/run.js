// A run that is walked through: what is true after each event. The build has folded the recording
// into changes from step to step; to go back, what they replaced is kept. Nothing else is computed.

export class Run {
  // data: what views/stepper/data.py documents.
  constructor(data) {
    this.data = data;
    this.at = 0;
    this.state = new Map();
    this.replaced = [];
  }

  get length() {
    return this.data.steps.length;
  }

  get(key) {
    return this.state.get(key);
  }

  // The rest of each key that begins so, with its value.
  below(start) {
    const found = [];
    for (const [key, value] of this.state) {
      if (key.startsWith(start)) found.push([key.slice(start.length), value]);
    }
    return found;
  }

  go(n) {
    const target = Math.max(0, Math.min(n, this.length));
    while (this.at < target) this.forward();
    while (this.at > target) this.backward();
  }

  forward() {
    const step = this.data.steps[this.at];
    const replaced = [];
    for (let i = 0; i < step.length; i += 2) {
      const key = this.data.keys[step[i]];
      replaced.push(key, this.state.get(key));
      this.put(key, step[i + 1]);
    }
    this.replaced[this.at++] = replaced;
  }

  backward() {
    const replaced = this.replaced[--this.at];
    for (let i = 0; i < replaced.length; i += 2) this.put(replaced[i], replaced[i + 1]);
  }

  put(key, value) {
    if (value === undefined || value === null) this.state.delete(key);
    else this.state.set(key, value);
  }

  // The keys whose value is another one than it was after event n, not later than now.
  changedSince(n) {
    const before = new Map();
    for (let at = this.at - 1; at >= n; at--) {
      const replaced = this.replaced[at];
      for (let i = 0; i < replaced.length; i += 2) before.set(replaced[i], replaced[i + 1]);
    }
    const changed = new Set();
    for (const [key, value] of before) {
      if (String(value) !== String(this.state.get(key))) changed.add(key);
    }
    return changed;
  }
}
