import { hash } from "node:crypto";
import type { Resource } from "../model/resource.ts";

/** What identifies a finding. Wording, values, names and order may change without making it another finding. */
export interface FindingIdentity {
  tenant: string;
  check: string;
  resource: Pick<Resource, "type" | "id">;
  aspect: string | null;
}

/** `f_` and 96 bits in hex: among a million findings two share an id with a probability below 10⁻¹⁷. */
const ID_LENGTH = 26;

/**
 * The id of a finding: `f_` and a hash of its identity. JSON keeps the parts apart, whatever they hold.
 *
 * It is copied out of a buffer: a slice of the digest would keep all of it alive, in each of very many findings.
 */
export function findingId({ tenant, check, resource, aspect }: FindingIdentity): string {
  const identity = JSON.stringify([tenant, check, resource.type, resource.id, aspect]);
  return Buffer.from(`f_${hash("sha256", identity)}`).toString("latin1", 0, ID_LENGTH);
}
