import type { Aftercare, Proof } from "../ledger/rotation-record.ts";
import { recall, type Work } from "../work.ts";

/** Under which name the proof of a version is kept: whoever proves it again finds it there. */
const proofName = ({ target }: Work, { current }: Aftercare): string =>
  `rotations/${target.tenant}/${encodeURIComponent(target.clientId)}/${current}.json`;

/** Keeps the proof where nobody can change it: who was asked what, when, and what came of it. No value is in it. */
export async function keepProof(work: Work, care: Aftercare, proof: Proof): Promise<void> {
  const { target, settings, parts } = work;
  const order = (await recall(work))?.order;
  const { current, old, recordedAt, promotedAt, goneAt, oldKey, lastWriteAt } = care;
  const document = {
    schemaVersion: 1,
    tenant: target.tenant,
    domain: settings.domain,
    clientId: target.clientId,
    kind: target.kind,
    secret: target.arn,
    orderedBy: order?.version === current ? (order.asked?.by ?? order.by) : null,
    current,
    old,
    oldKey: oldKey ?? null,
    times: { recordedAt, promotedAt: promotedAt ?? null, goneAt: goneAt ?? null, lastWriteAt },
    proof,
  };
  const body = Buffer.from(`${JSON.stringify(document, null, 2)}\n`);
  await parts.evidence.create(proofName(work, care), body, "application/json");
}
