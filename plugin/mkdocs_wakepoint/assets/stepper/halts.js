// Halts are ascending ordinals of events. Each function looks for a neighbour of an event among them.

export function nextHalt(halts, n) {
  return halts[firstAbove(halts, n)] ?? halts[halts.length - 1];
}

export function previousHalt(halts, n) {
  return halts[firstAbove(halts, n - 1) - 1] ?? 0;
}

export function nearestHalt(halts, n) {
  const above = halts[firstAbove(halts, n - 1)] ?? halts[halts.length - 1];
  const below = previousHalt(halts, n);
  return n - below < above - n ? below : above;
}

// How many halts there are up to that event, the one before the first event not counted.
export function halted(halts, n) {
  return firstAbove(halts, n) - 1;
}

function firstAbove(halts, n) {
  let low = 0;
  let high = halts.length;
  while (low < high) {
    const middle = (low + high) >> 1;
    if (halts[middle] > n) high = middle;
    else low = middle + 1;
  }
  return low;
}
