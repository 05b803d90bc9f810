/** Chance that can be repeated: the same seed deals the same cards. */
export interface Dealer {
  /** One of the cards; each comes once before any comes again, across everything that is dealt. */
  deal<Card>(cards: readonly Card[]): Card;
  /** A whole number from 0 up to, not including, `end`. */
  below(end: number): number;
}

/** @param seed a whole number; another one gives another world */
export function createDealer(seed: number): Dealer {
  const decks = new WeakMap<readonly unknown[], unknown[]>();
  const random = mulberry32(seed);
  const below = (end: number): number => Math.floor(random() * end);
  const draw = (cards: readonly unknown[]): unknown => {
    const left = decks.get(cards) ?? [];
    decks.set(cards, left);
    if (left.length === 0) left.push(...cards);
    return left.splice(below(left.length), 1)[0];
  };
  return { deal: <Card>(cards: readonly Card[]) => draw(cards) as Card, below };
}

/** A small generator of good quality, by Tommy Ettinger. Gives numbers from 0 up to 1. */
function mulberry32(seed: number): () => number {
  let state = seed | 0;
  return () => {
    state = (state + 0x6d2b79f5) | 0;
    let mixed = Math.imul(state ^ (state >>> 15), state | 1);
    mixed ^= mixed + Math.imul(mixed ^ (mixed >>> 7), mixed | 61);
    return ((mixed ^ (mixed >>> 14)) >>> 0) / 2 ** 32;
  };
}
