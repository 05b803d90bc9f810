import { generateKeyPairSync, randomBytes } from "node:crypto";
import { days } from "../../model/duration.ts";
import type { ClientSeed, TenantSeed } from "../tenant-seed.ts";
import type { StorySecret } from "./own-application.ts";

/** An application whose credential is rotated: what its consumers ask for, and what is stored. */
export interface RotatedApplication {
  tenant: string;
  domain: string;
  clientId: string;
  kind: "client-secret" | "private-key";
  /** The API that its consumers obtain tokens for. */
  audience: string;
  secret: StorySecret;
  /** How long the credential is in use already. Seconds. */
  age: number;
}

/** Half a day younger than its limit: announced on the first morning, due on the second. */
export const MAX_AGE = days(90);
const AGE = MAX_AGE - days(0.5);

/**
 * Gives an application of a tenant a credential that has been in use for a while.
 *
 * @param now milliseconds since the Unix epoch
 */
export function withCredential(
  seed: TenantSeed,
  { clientId, kind, audience }: Pick<RotatedApplication, "clientId" | "kind" | "audience">,
  now: number,
): { seed: TenantSeed; application: RotatedApplication } {
  const { planted, value } = kind === "client-secret" ? newSecret() : newKey(now - AGE * 1000);
  const clients = [...(seed.clients ?? [])].map((client) =>
    client.client_id === clientId ? { ...client, ...planted } : client,
  );
  const { name: tenant, domain } = seed;
  const secret = { name: `apps/${clientId}/auth0`, value: JSON.stringify({ domain, clientId, ...value }) };
  return {
    seed: { ...seed, clients },
    application: { tenant, domain, clientId, kind, audience, secret, age: AGE },
  };
}

/** What the application has at Auth0, and what is stored of it. */
interface Credential {
  planted: Partial<ClientSeed>;
  value: { clientSecret: string } | { privateKeyJwk: string };
}

function newSecret(): Credential {
  const clientSecret = randomBytes(48).toString("base64url");
  return { planted: { client_secret: clientSecret }, value: { clientSecret } };
}

function newKey(registered: number): Credential {
  const { publicKey, privateKey } = generateKeyPairSync("rsa", { modulusLength: 2048 });
  const kid = randomBytes(8).toString("hex");
  const pem = publicKey.export({ type: "spki", format: "pem" }).toString();
  const created_at = new Date(registered).toISOString();
  const jwk = { ...privateKey.export({ format: "jwk" }), kid, alg: "RS256" };
  return {
    planted: { credentials: [{ name: "first key", kid, pem, created_at }] },
    value: { privateKeyJwk: JSON.stringify(jwk) },
  };
}
