// Short ways to make elements. Text stays text.

export function element(name, attributes = {}, ...content) {
  const made = document.createElement(name);
  for (const [attribute, value] of Object.entries(attributes)) {
    if (value !== undefined && value !== null) made.setAttribute(attribute, value);
  }
  made.append(...content);
  return made;
}

export function chip(task) {
  return element("span", { class: `wp-chip ${taskClass(task)}` }, `task ${task}`);
}

// The colour of a task, the same in each view; beyond six they share one.
export function taskClass(task) {
  return task ? `wp-task-${Math.min(task, 7)}` : "wp-task-7";
}

// A list with so many of the rows as there is room for.
export function fill(list, rows, more, otherwise) {
  const items = rows.map((row) => element("li", {}, ...[].concat(row)));
  if (more) items.push(element("li", { class: "wp-none" }, `and ${more} more`));
  if (!items.length) items.push(element("li", { class: "wp-none" }, otherwise));
  list.replaceChildren(...items);
}

// Scrolls a box, and nothing around it, so that something in it is in view.
export function follow(box, inner) {
  if (!box || !inner || !box.contains(inner)) return;
  const outside = box.getBoundingClientRect();
  const inside = inner.getBoundingClientRect();
  if (inside.top < outside.top || inside.bottom > outside.bottom) {
    box.scrollTop += (inside.top + inside.bottom - outside.top - outside.bottom) / 2;
  }
}

export function cut(text, room) {
  return text.length > room ? `${text.slice(0, Math.max(room - 1, 1))}…` : text;
}
