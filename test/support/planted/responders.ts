import type { PlantedClient } from "./clients.ts";
import type { Dealer } from "./dealer.ts";
import type { PlantedGrant } from "./grants.ts";

/** An application that is configured for emergencies, and what is true of what it may do. */
export interface PlantedResponder {
  client: PlantedClient;
  grants: readonly PlantedGrant[];
  /** An emergency would find it without some scope. */
  lacks: boolean;
  /** It holds what no emergency needs. */
  exceeds: boolean;
}

/** What docs/revocation.md says that a responder needs, spelled out. */
const NEEDED: readonly string[] = [
  ...["read:clients", "update:clients", "read:client_credentials", "update:client_credentials"],
  ...["read:client_grants", "delete:client_grants", "create:client_grants"],
  ...["read:organization_client_grants", "create:organization_client_grants", "read:resource_servers", "read:logs"],
  ...["read:signing_keys", "create:signing_keys", "update:signing_keys"],
  ...["read:network_acls", "create:network_acls", "delete:network_acls"],
];

const without = (...scopes: string[]): string[] => NEEDED.filter((scope) => !scopes.includes(scope));

interface Card {
  /** One list of scopes a grant; `all` is a grant of every scope. */
  grants: readonly (readonly string[] | "all")[];
  isForUsers?: boolean;
  lacks?: boolean;
  exceeds?: boolean;
}

const CARDS: readonly Card[] = [
  { grants: [NEEDED] },
  { grants: [[...NEEDED].reverse()] },
  { grants: [NEEDED.slice(0, 5), NEEDED.slice(5)] },
  { grants: [without("delete:client_grants")], lacks: true },
  { grants: [without("read:logs")], lacks: true },
  { grants: [[...NEEDED, "read:users"]], exceeds: true },
  { grants: [[...without("update:clients"), "delete:clients"]], lacks: true, exceeds: true },
  { grants: [NEEDED.slice(0, 5), "all"], exceeds: true },
  { grants: [NEEDED], isForUsers: true, lacks: true },
  { grants: [], lacks: true },
];

/** Draws the responder and its spare. */
export function drawResponders(dealer: Dealer, domain: string): PlantedResponder[] {
  return ["responder", "spare"].map((name) => {
    const { grants, isForUsers = false, lacks = false, exceeds = false } = dealer.deal(CARDS);
    const client = clientOf(`curfew-${name}`);
    const planted = grants.map((scopes, index) => grantOf(client, domain, { index, scopes, isForUsers }));
    return { client, grants: planted, lacks, exceeds };
  });
}

/** Judged by every other check as any application with a secret is. */
const clientOf = (id: string): PlantedClient => ({
  id,
  seed: { name: id, client_id: id, app_type: "non_interactive", grant_types: ["client_credentials"] },
  ...{ isPublic: false, isForPeople: false, isFirstParty: true, usesSecret: true, publicWithSecret: false },
  ...{ usesImplicit: false, usesLegacyFlow: false, idToken: undefined, idTokenSeconds: 36_000, hs256: false },
  ...{ refresh: undefined, isBound: false, keys: [] },
});

interface Held {
  index: number;
  scopes: readonly string[] | "all";
  isForUsers: boolean;
}

function grantOf(client: PlantedClient, domain: string, { index, scopes, isForUsers }: Held): PlantedGrant {
  const all = scopes === "all";
  return {
    id: `cgr_${client.id}-${index}`,
    audience: `https://${domain}/api/v2/`,
    fields: {
      client_id: client.id,
      ...(all ? { allow_all_scopes: true } : { scope: [...scopes] }),
      ...(isForUsers ? { subject_type: "user" } : {}),
    },
    ...{ isManagement: true, client, isForUsers, all, scopes: all ? [] : scopes, anyOrganization: false },
  };
}
