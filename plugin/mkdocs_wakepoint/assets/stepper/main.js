// Starts the steppers of a page, and again of each page that Material's instant navigation brings.

import { Pair } from "./pair.js";
import { Stepper } from "./stepper.js";

const steppers = new Set();

function start() {
  for (const stepper of steppers) {
    if (!stepper.root.isConnected) {
      stepper.stop();
      steppers.delete(stepper);
    }
  }
  for (const root of document.querySelectorAll(".wp-stepper:not(.wp-started)")) {
    steppers.add(root.classList.contains("wp-pair") ? new Pair(root) : new Stepper(root));
    inView.observe(root);
  }
  leadToSteps();
}

// A wide stepper covers what a theme has at the side; that steps back as long as it is in view.
const seen = new Set();
const inView = new IntersectionObserver((entries) => {
  for (const { target, isIntersecting } of entries) {
    if (isIntersecting) seen.add(target);
    else seen.delete(target);
  }
  document.body.classList.toggle("wp-aside", seen.size > 0);
});

// A link that quotes a call or names a step leads there. Without a script it leads to the
// snippet, as its author wrote.
function leadToSteps() {
  for (const mark of document.querySelectorAll("a [data-step]")) {
    const link = mark.closest("a");
    if (!link.hash.includes(":")) link.hash += `:${mark.dataset.step}`;
  }
}

// An address within what is folded opens it; not every browser does so by itself.
function unfold() {
  const target = location.hash.startsWith("#wp-") && document.getElementById(location.hash.slice(1));
  if (!target) return;
  let folded = target.closest("details:not([open])");
  if (!folded) return;
  for (; folded; folded = folded.parentElement.closest("details:not([open])")) folded.open = true;
  target.scrollIntoView();
}

function follow() {
  unfold();
  for (const stepper of steppers) stepper.goToAddress();
}

// Material's instant navigation changes the address of a page by itself, and no event tells of that.
function followClick(event) {
  const link = event.target.closest("a[href*='#wp-']");
  if (!link || link.pathname !== location.pathname || event.ctrlKey || event.metaKey) return;
  setTimeout(follow); // then the address has changed
}

// A page that brings its script along may do so more than once.
if (!window.wakepoint) {
  window.wakepoint = { start };
  window.addEventListener("beforeprint", () => steppers.forEach((stepper) => stepper.print()));
  window.addEventListener("afterprint", () => steppers.forEach((stepper) => stepper.afterPrint()));
  window.addEventListener("hashchange", follow);
  document.addEventListener("click", followClick);
  window.addEventListener("load", follow); // the browser has gone to where the text was
  if (document.readyState === "loading") document.addEventListener("DOMContentLoaded", start);
  else start();
  window.document$?.subscribe(start); // which tells nothing of the first page where that is a file
} else {
  window.wakepoint.start();
}
