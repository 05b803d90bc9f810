import type { JsonObject } from "../../../lib/sandbox/state/records.ts";
import type { PlantedApi } from "./apis.ts";
import type { PlantedClient } from "./clients.ts";
import type { Dealer } from "./dealer.ts";

/** A client grant, and what is true of it. */
export interface PlantedGrant {
  id: string;
  audience: string;
  fields: JsonObject;
  /** For the Management API; else for an API of the tenant's own. */
  isManagement: boolean;
  /** The application it belongs to; undefined for the default of third-party applications. */
  client: PlantedClient | undefined;
  /** For tokens in a user's name. */
  isForUsers: boolean;
  /** Every scope, those of the future too. */
  all: boolean;
  scopes: readonly string[];
  anyOrganization: boolean;
}

const READ = "users clients connections logs stats roles branding domains actions grants".split(" ");
const reading = (count: number): string[] =>
  [...READ, "hooks", "triggers"].slice(0, count).map((object) => `read:${object}`);

/** One card for every scope that the catalogue calls dangerous or a way up, among harmless ones. */
const MANAGEMENT_SCOPES: readonly string[][] = [
  ["read:users"],
  reading(10),
  reading(11),
  [...reading(10), "update:branding"],
  ["update:branding"],
  ["create:clients", "read:clients"],
  ["delete:clients"],
  ["read:users", "update:users"],
  ["create:user_tickets"],
  ["create:client_credentials"],
  ["read:client_credentials"],
  ["update:signing_keys"],
  ["read:signing_keys"],
  ["update:connections"],
  ["update:attack_protection"],
  ["create:client_grants"],
  ["update:client_grants"],
  ["create:actions"],
  ["read:actions", "update:actions"],
  ["update:tenant_settings"],
  ["read:client_keys"],
  ["update:client_keys", "read:clients"],
  [],
];
const API_SCOPES: readonly string[][] = [["read:orders"], ["read:orders", "write:orders"], ["orders"], []];

/** Auth0 leaves fields out that nobody chose. */
const ALL = [undefined, undefined, undefined, false, true];
const SUBJECTS = ["client", undefined, undefined, "user"];
const ORGANIZATIONS = [undefined, undefined, false, true];
const OWNED = [true, true, true, true, false];

interface Parties {
  clients: readonly PlantedClient[];
  domain: string;
}

/** Draws a grant for the Management API. */
export function drawManagementGrant(dealer: Dealer, index: number, parties: Parties): PlantedGrant {
  const audience = `https://${parties.domain}/api/v2/`;
  const drawn = drawGrant(dealer, `cgr_m${index}`, audience, parties.clients, MANAGEMENT_SCOPES);
  return { ...drawn, isManagement: true };
}

/** Draws a grant for one of the tenant's own APIs. */
export function drawApiGrant(dealer: Dealer, index: number, parties: Parties & { apis: readonly PlantedApi[] }) {
  const audience = parties.apis[dealer.below(parties.apis.length)]?.identifier ?? "https://nowhere.example/";
  return drawGrant(dealer, `cgr_a${index}`, audience, parties.clients, API_SCOPES);
}

function drawGrant(
  { deal, below }: Dealer,
  id: string,
  audience: string,
  clients: readonly PlantedClient[],
  decks: readonly string[][],
): PlantedGrant {
  const [scopes, all, subject, organization, owned] = [
    deal(decks),
    deal(ALL),
    deal(SUBJECTS),
    deal(ORGANIZATIONS),
    deal(OWNED),
  ];
  const client = owned ? clients[below(clients.length)] : undefined;
  return {
    id,
    audience,
    fields: {
      ...(client ? { client_id: client.id } : { default_for: "third_party_clients" }),
      ...(all === undefined ? {} : { allow_all_scopes: all }),
      ...(all === true ? {} : { scope: scopes }),
      ...(subject === undefined ? {} : { subject_type: subject }),
      ...(organization === undefined ? {} : { allow_any_organization: organization }),
    },
    isManagement: false,
    client,
    isForUsers: subject === "user",
    all: all === true,
    scopes: all === true ? [] : scopes,
    anyOrganization: organization === true,
  };
}
