// A step has an address: #wp-KEY:N. One of two runs that a reader chose has #wp-KEY.1-3:N.

export function stepIn(hash, key) {
  const match = hash.match(/^#wp-(.+)(?::|%3A)(\d+|ask)$/i); // a key needs no escape
  if (!match || match[1] !== key) return null;
  return match[2] === "ask" ? "ask" : Number(match[2]);
}

// The step of a pair, and which two of its recordings, of so many; none if it is not one of its own.
export function pairIn(hash, key, count) {
  const match = hash.match(/^#wp-(.+?)(?:\.(\d+)-(\d+))?(?::|%3A)(\d+)$/i);
  if (!match || match[1] !== key) return null;
  const chosen = match[2] ? [match[2] - 1, match[3] - 1] : [0, 1];
  const are = chosen[0] !== chosen[1] && chosen.every((one) => 0 <= one && one < count);
  return are ? { n: Number(match[4]), chosen } : null;
}

const REST = 250; // ms without a move, after which the page's address follows

let pending;

// Browsers take few changes of the address in a short time, and each is slow. So it follows once the
// reader rests; and not if the reader has gone elsewhere by then.
export function remember(address) {
  const { href } = location;
  clearTimeout(pending);
  pending = setTimeout(() => {
    if (location.href === href) history.replaceState(history.state, "", address);
  }, REST);
}

export function addressOf(key, n, [left, right] = [0, 1]) {
  return left === 0 && right === 1 ? `#wp-${key}:${n}` : `#wp-${key}.${left + 1}-${right + 1}:${n}`;
}
