import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { CONTAINING_DOCUMENTS } from "../../../lib/revocation/contain/documents.ts";
import type { EvidenceStore } from "../../../lib/store/evidence-store.ts";

/**
 * What the responder's role may read and write, as `test/infra/policies.test.ts` sees that the template says it; and
 * what a process on one machine keeps beside, which does the work of two roles.
 */
const ALLOWED = [...CONTAINING_DOCUMENTS, "incident.json", "incident.html"].map(
  (name) => new RegExp(`^incidents/.*/${name.replace("*", ".*")}$`),
);

/** The evidence as the responder's role may use it: everything else is refused. */
export const allowedEvidence = (evidence: EvidenceStore): EvidenceStore => ({
  read: async (name, version) => evidence.read(allowed(name), version),
  write: async (name, body, type) => evidence.write(allowed(name), body, type),
  create: async (name, body, type) => evidence.create(allowed(name), body, type),
});

function allowed(name: string): string {
  if (ALLOWED.some((pattern) => pattern.test(name))) return name;
  throw new CurfewError("store-failed", `The responder's role may not use ${name}.`, { detail: "AccessDenied" });
}
