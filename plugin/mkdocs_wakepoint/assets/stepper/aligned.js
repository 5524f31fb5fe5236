// Two runs in one order. The build has found out which steps they have in common; see
// views/pair/alignment.py. No element is touched here.

// The rows of two runs: for each step in which of its halts either run is, and which of them moves.
// alignment: a character for each step; isSwapped: whether its left run is the right one here.
export function rows(alignment, [left, right], isSwapped) {
  const own = isSwapped ? ">" : "<";
  let l = -1;
  let r = -1;
  return [...alignment].map((step) => {
    const moves = [step === "=" || step === own, step === "=" || step !== own];
    if (moves[0]) l++;
    if (moves[1]) r++;
    return { at: [left[l], right[r]], halts: [l, r], moves };
  });
}

// The first row in which the run of a side has come to event n.
export function rowOf(rows, side, n) {
  const found = rows.findIndex(({ at }) => at[side] >= n);
  return found < 0 ? rows.length - 1 : found;
}
