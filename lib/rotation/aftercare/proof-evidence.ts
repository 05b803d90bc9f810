import type { Aftercare, Proof } from "../ledger/rotation-record.ts";
import { recall, type Work } from "../work.ts";

/**
 * Under which names the proofs of a version are kept. A version may be promoted again, because a person moved the label
 * back, and is proven once more then; so may one whose proof was kept by a process that died over it.
 */
function proofNames({ target }: Work, { current, promotedAt }: Aftercare): string[] {
  const name = `rotations/${target.tenant}/${encodeURIComponent(target.clientId)}/${current}`;
  const moment = new Date(promotedAt ?? 0).toISOString().replaceAll(/[-:.]/g, "");
  return [`${name}.json`, `${name}-${moment}.json`];
}

/**
 * Keeps the proof where nobody can change it: who was asked what, when, and what came of it. No value is in it. Nothing
 * that is kept is overwritten, nor read: who proves has no permission to.
 */
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
  for (const name of proofNames(work, care)) {
    if (await parts.evidence.create(name, body, "application/json")) return;
  }
}
