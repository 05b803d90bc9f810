import { generateKeyPairSync } from "node:crypto";

/** One RSA key pair for a whole test file: making one takes 55 ms. */
export function keyPair(kid = "test-key"): { pem: string; jwk: string } {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  return {
    pem: publicKey.export({ type: "spki", format: "pem" }).toString(),
    jwk: JSON.stringify({ ...privateKey.export({ format: "jwk" }), kid, alg: "RS256" }),
  };
}
