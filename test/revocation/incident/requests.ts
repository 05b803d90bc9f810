import { changeIncident } from "../../../lib/revocation/incident/incidents.ts";
import type { IncidentRequest } from "../../../lib/revocation/incident/open-incident.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import type { Table } from "../../../lib/store/table.ts";

export const THREE_AM = Date.UTC(2026, 10, 23, 3);
export const DAY = 86_400_000;

export const request = (changes: Partial<IncidentRequest> = {}): IncidentRequest => ({
  tenant: "acme",
  clientId: "job",
  drill: false,
  reason: "The secret was in a public repository.",
  openedBy: "arn:aws:iam::111122223333:role/oncall",
  leakedSince: null,
  token: null,
  openedAt: THREE_AM,
  ...changes,
});

export async function all<T>(list: AsyncIterable<T>): Promise<T[]> {
  const items: T[] = [];
  for await (const item of list) items.push(item);
  return items;
}

export const close = (table: Table, id: string) =>
  changeIncident(table, id, (incident) => ({ ...incident, closedAt: THREE_AM + 1 }));

export const opaque = (day: number): TokenFacts => ({
  ...{ form: "opaque", issuer: null, subject: null, clientId: null, audience: [], scopes: [], grantType: null },
  ...{ issuedAt: null, notBefore: null, expiresAt: null, jti: null, kid: null, sha256: `${day}`.padStart(64, "0") },
  signature: { status: "unverifiable", why: "It is opaque." },
});
export const OWN = { role: "rotator", hasSpare: true } as const;
