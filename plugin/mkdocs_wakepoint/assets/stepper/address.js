// A step has an address: #wp-KEY:N.

export function stepIn(hash, key) {
  const match = hash.match(/^#wp-(.+)(?::|%3A)(\d+|ask)$/i); // a key needs no escape
  if (!match || match[1] !== key) return null;
  return match[2] === "ask" ? "ask" : Number(match[2]);
}

export function addressOf(key, n) {
  return `#wp-${key}:${n}`;
}
