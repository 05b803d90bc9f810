import { createHash } from "node:crypto";

/** What one row has room for: 180,000 bits are 30,000 letters in base64. */
const BYTES = 22_500;

/** How many bits stand for one user. */
const MARKS = 4;

/** Users that were added, as a Bloom filter in base64. Its size stays the same, however many they are. */
export type UserSet = string;

export const NOBODY: UserSet = "";

export function withUser(users: UserSet, id: string): UserSet {
  const bits = bitsOf(users);
  for (const [byte, bit] of marksOf(id)) bits[byte] = (bits[byte] ?? 0) | bit;
  return bits.toString("base64");
}

/**
 * Whether a user may have been added: whoever was is always found. Somebody who was not is found, too, once in 600 times
 * when there are 10,000 users in the set, and once in five when there are 50,000.
 */
export function mayHaveUser(users: UserSet, id: string): boolean {
  const bits = bitsOf(users);
  return marksOf(id).every(([byte, bit]) => ((bits[byte] ?? 0) & bit) !== 0);
}

const bitsOf = (users: UserSet): Buffer => (users === NOBODY ? Buffer.alloc(BYTES) : Buffer.from(users, "base64"));

function marksOf(id: string): (readonly [byte: number, bit: number])[] {
  const hash = createHash("sha256").update(id).digest();
  return Array.from({ length: MARKS }, (_, index) => {
    const place = hash.readUInt32BE(index * 4) % (BYTES * 8);
    return [place >> 3, 1 << (place & 7)] as const;
  });
}
