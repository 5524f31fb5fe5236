// What the state at a step says, in the order in which it is shown. No element is touched here.

const MOST = 8; // rows of a list; further ones are counted

// The tasks in the run queue, the next one first.
export function queue(run) {
  return ordered(run, "queue ").map(([task]) => Number(task));
}

// Of each task its number, name, how it is, and how often it was polled.
export function tasks(run) {
  return run
    .below("task ")
    .map(([task, [how, polls]]) => ({ task: Number(task), name: run.data.tasks[task], how, polls }))
    .sort((one, other) => one.task - other.task);
}

// What the reactor waits for, and the task that it wakes then.
export function waits(run) {
  return ordered(run, "wait ", ([, value]) => value[0]).map(([, [, task, what]]) => ({ task, what }));
}

// Bytes that wait to be received, by descriptor.
export function buffers(run) {
  return run
    .below("buffer ")
    .map(([source, bytes]) => ({ source, bytes }))
    .sort((one, other) => Number(one.source.slice(3)) - Number(other.source.slice(3)));
}

// Where coroutines stand: of each line what is said there, by kind, and of which tasks.
export function marks(run) {
  const places = new Map();
  for (const [number, kind] of run.below("mark ")) {
    const instance = Number(number);
    const [machine, task] = run.data.instances[instance];
    const line = run.data.machines[machine].lines[run.get(`at ${number}`)[0]];
    if (!line) continue;
    const place = places.get(`${line} ${kind}`) ?? { line, kind, instances: [], tasks: [], name: "" };
    place.instances.push(instance);
    if (task) place.tasks.push(task);
    place.name = run.data.machines[machine].name;
    places.set(`${line} ${kind}`, place);
  }
  for (const place of places.values()) {
    place.instances.sort(ascending);
    place.tasks = [...new Set(place.tasks)].sort(ascending);
  }
  return [...places.values()].sort((one, other) => one.instances[0] - other.instances[0]);
}

// A coroutine and those that await it, outermost first.
export function chain(run, instance) {
  const numbers = [];
  for (let one = instance; one && !numbers.includes(one); one = run.data.instances[one][2]) {
    numbers.unshift(one);
  }
  return numbers.filter((one) => one === instance || isAlive(run, one));
}

// Its variables as they are.
export function values(run, instance) {
  return run.below(`value ${instance} `).map(([name, value]) => ({ name, value }));
}

const STANDING = { running: "polled" }; // other words are the same

// The lives of the tasks' futures: which tasks stand in each state, how often each move was made, and
// which one was the last.
export function lives(run) {
  const standing = {};
  for (const { task, how } of tasks(run)) {
    (standing[STANDING[how] ?? how] ??= []).push(task);
  }
  const moves = run.below("move ");
  const [last] = [...moves].sort(([, [, one]], [, [, other]]) => other - one);
  return { standing, counts: Object.fromEntries(moves.map(([move, [count]]) => [move, count])), last: last ? last[0] : null };
}

export function atMost(rows, most = MOST) {
  return rows.length > most ? [rows.slice(0, most - 1), rows.length - most + 1] : [rows, 0];
}

function isAlive(run, instance) {
  const at = run.get(`at ${instance}`);
  return at && (at[1] === "running" || at[1] === "suspended");
}

function ordered(run, start, order = ([, value]) => value) {
  return run.below(start).sort((one, other) => order(one) - order(other));
}

function ascending(one, other) {
  return one - other;
}
