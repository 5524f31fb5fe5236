// Run queue, tasks, what the reactor waits for, and the kernel.

import { atMost, buffers, queue, tasks, waits } from "./facts.js";
import { chip, element, fill } from "./elements.js";

const CALLS = 4; // the last of those that are shown
const WORDS = {
  running: "is being polled",
  queued: "queued",
  pending: "pending",
  ready: "✓ ready",
  raised: "✗ raised",
  dropped: "✗ dropped",
};

export class Strip {
  // sentence: gives what is said of event n; calls: gives the events of the kernel calls that are shown.
  constructor(root, run, sentence, calls = () => (run.get("call") ? [run.get("call")] : [])) {
    this.run = run;
    this.sentence = sentence;
    this.calls = calls;
    this.lists = Object.fromEntries(
      ["queue", "tasks", "waits", "kernel"].map((name) => [name, root.querySelector(`.wp-${name}`)]),
    );
  }

  draw(changed) {
    const starts = { queue: "queue ", tasks: "task ", waits: "wait ", kernel: "buffer " };
    for (const [name, list] of Object.entries(this.lists)) {
      const moved = [...changed].some((key) => key.startsWith(starts[name]) || (name === "kernel" && /^(parked|call)$/.test(key)));
      list.parentElement.classList.toggle("wp-moved", moved);
    }
    this.list("queue", queue(this.run), (task) => [chip(task)], "empty");
    this.list("tasks", tasks(this.run), this.task, "none yet");
    this.list("waits", waits(this.run), this.wait, "nothing");
    this.kernel();
  }

  list(name, rows, show, otherwise) {
    const [shown, more] = atMost(rows);
    fill(this.lists[name], shown.map(show), more, otherwise);
  }

  task({ task, name, how, polls }) {
    return [
      chip(task), " ", element("b", {}, name), `: ${WORDS[how]}, ${polls} poll${polls === 1 ? "" : "s"}`,
    ];
  }

  wait({ task, what }) {
    return task ? [`${what} → wake `, chip(task)] : [what];
  }

  kernel() {
    const [shown, more] = atMost(buffers(this.run), 5);
    const rows = shown.map(({ source, bytes }) => `${source} holds ${bytes} byte${bytes === 1 ? "" : "s"} to be read`);
    const until = this.run.get("parked");
    if (until !== undefined) {
      rows.unshift([element("b", {}, "the thread is parked"), until === "event" ? "" : ` until ${until}, or an event`]);
    }
    const made = this.calls();
    const calls = made.slice(-CALLS).map((n) => {
      const parts = [...this.sentence(n).querySelectorAll("code")].map((code) => code.cloneNode(true));
      return [parts[0], " → ", parts[parts.length - 1]];
    });
    const earlier = made.length - CALLS;
    if (earlier > 0) calls.unshift(`${earlier} call${earlier === 1 ? "" : "s"}, and then`);
    fill(this.lists.kernel, [...calls, ...rows], more, this.run.get("call") ? "no call" : "no call yet");
  }
}
