import { generateKeyPair as generateKeyPairWithCallback, type KeyObject } from "node:crypto";
import { promisify } from "node:util";

const generateKeyPair = promisify(generateKeyPairWithCallback);

/** A key pair that signs tokens. */
export interface KeyPair {
  privateKey: KeyObject;
  publicKey: KeyObject;
}

/**
 * The key pairs of this process. Making one takes about 55 ms, so they are made when first needed and
 * shared: the n-th key of every tenant is the same pair under a `kid` of the tenant's own.
 */
const pool: Promise<KeyPair>[] = [];

/** The key pair with this number, made on first use. */
export function keyPair(index: number): Promise<KeyPair> {
  pool[index] ??= generateKeyPair("rsa", { modulusLength: 2048 });
  return pool[index];
}
