import type { ResourceServer } from "../../../lib/auth0/resources/resource-server.ts";
import { CurfewError, type ErrorCode } from "../../../lib/model/curfew-error.ts";
import { ActingRefused } from "../../../lib/revocation/acting-login.ts";
import type {
  NetworkAcl,
  RegisteredClientKey,
  ResponderTenant,
  RevokedClient,
  RevokedGrant,
  SigningKey,
} from "../../../lib/revocation/ports.ts";

/** A tenant as far as one application's incident concerns it: what the port's functions do there. */
export interface WorldTenant {
  client: RevokedClient | undefined;
  keys: RegisteredClientKey[];
  readonly grants: Map<string, RevokedGrant>;
  readonly apis: ResourceServer[];
  readonly acls: NetworkAcl[];
  readonly signingKeys: SigningKey[];
  /** What the port refuses for good, by function. */
  readonly refusals: Partial<Record<keyof ResponderTenant, ErrorCode>>;
  events: number;
  /** Whether somebody with the application's credential gets a token for the audience. */
  gives(audience: string): boolean;
  setGrantTypes(types: readonly string[]): void;
  /** Auth0 gives each grant an id that nothing had before. */
  createGrant(grant: Omit<RevokedGrant, "id">): string;
  /** The next key becomes the current one; one that was the previous is neither any more. */
  rotateSigningKey(): void;
  /** @throws CurfewError for any other key than the previous one, or a revoked one */
  revokeSigningKey(kid: string): void;
  currentKey(): string;
  /** Whether tokens that a key signed are refused: where the tenant ends them with their key. */
  isRefused(kid: string): boolean;
  endsTokens: boolean;
  /** An application takes its grants with it. */
  deleteClient(): void;
  /** @throws CurfewError when the function is refused */
  allow(name: keyof ResponderTenant): void;
}

export function worldTenant(client: RevokedClient | undefined): WorldTenant {
  let ids = 0;
  const tenant: WorldTenant = {
    client,
    keys: [],
    grants: new Map(),
    apis: [],
    acls: [],
    signingKeys: [
      { kid: "now", state: "current" },
      { kid: "then", state: "next" },
    ],
    refusals: {},
    events: 100,
    endsTokens: true,
    rotateSigningKey() {
      const next: Record<SigningKey["state"], SigningKey["state"]> = {
        ...{ current: "previous", next: "current", previous: "former", revoked: "revoked", former: "former" },
      };
      const rotated = tenant.signingKeys.map(({ kid, state }) => ({ kid, state: next[state] }));
      rotated.push({ kid: `key ${rotated.length}`, state: "next" });
      tenant.signingKeys.splice(0, tenant.signingKeys.length, ...rotated);
    },
    revokeSigningKey(kid) {
      const key = tenant.signingKeys.find((one) => one.kid === kid);
      if (key?.state === "revoked") return;
      if (key?.state !== "previous") throw new CurfewError("request-refused", "Only the previous key can be revoked.");
      key.state = "revoked";
    },
    currentKey: () => tenant.signingKeys.find(({ state }) => state === "current")?.kid ?? "",
    isRefused: (kid) =>
      tenant.endsTokens && tenant.signingKeys.some((key) => key.kid === kid && key.state === "revoked"),
    gives(audience) {
      const isAllowed = tenant.client?.grantTypes?.includes("client_credentials") ?? false;
      return isAllowed && [...tenant.grants.values()].some((grant) => grant.audience === audience);
    },
    setGrantTypes(types) {
      tenant.events += 1;
      if (!tenant.client) throw notFound();
      tenant.client = { ...tenant.client, grantTypes: [...types] };
    },
    createGrant(grant) {
      ids += 1;
      tenant.events += 1;
      const id = `cgr_${ids}`;
      tenant.grants.set(id, { ...grant, id });
      return id;
    },
    deleteClient() {
      tenant.client = undefined;
      tenant.grants.clear();
      tenant.keys = [];
    },
    allow(name) {
      const code = tenant.refusals[name];
      const refusal = code && new CurfewError(code, "Auth0 refuses this.", { detail: `scope of ${name}` });
      if (refusal) throw code === "missing-scope" ? new ActingRefused(refusal, RESPONDER) : refusal;
    },
  };
  return tenant;
}

const RESPONDER = { role: "responder", clientId: "ghi" } as const;

export const notFound = (): CurfewError => new CurfewError("not-found", "There is no such application.");
