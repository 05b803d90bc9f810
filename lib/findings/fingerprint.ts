import { createHash } from "node:crypto";
import type { Resource } from "../model/resource.ts";

/** What identifies a finding. Wording, values, names and order may change without making it another finding. */
export interface FindingIdentity {
  tenant: string;
  check: string;
  resource: Pick<Resource, "type" | "id">;
  aspect: string | null;
}

/** 96 bits: among a million findings two share an id with a probability below 10⁻¹⁷. */
const HASH_LENGTH = 24;

/** The id of a finding: `f_` and a hash of its identity. JSON keeps the parts apart, whatever they hold. */
export function findingId({ tenant, check, resource, aspect }: FindingIdentity): string {
  const identity = JSON.stringify([tenant, check, resource.type, resource.id, aspect]);
  return `f_${createHash("sha256").update(identity).digest("hex").slice(0, HASH_LENGTH)}`;
}
