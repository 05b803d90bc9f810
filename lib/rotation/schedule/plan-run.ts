import { localDay } from "../../alerts/alert-rules.ts";
import { runKey } from "../../findings/ledger/run-record.ts";
import { runOf } from "../../findings/ledger/runs.ts";
import type { Instant } from "../../history/history.ts";
import type { KnownCredential } from "../credentials/known-credentials.ts";
import { failedTry } from "../ledger/failing.ts";
import { isAutomatic, planDue } from "./due.ts";
import { takesAPlace, versionOf } from "./order-of-run.ts";
import { everyTenant, keyOf, known, type RunWork } from "./run-work.ts";
import { noteWentBack } from "./went-back.ts";

/** What is to be rotated in each tenant, in its order: first what this run has begun before it was tried again. */
export async function planRun(work: RunWork): Promise<Map<string, KnownCredential[]>> {
  const { rotation, run, barred, busy, result } = work;
  const all: KnownCredential[] = [];
  await everyTenant(work, async (tenant) => {
    const credentials: KnownCredential[] = [];
    for (const one of await known(work, tenant)) {
      credentials.push(isAutomatic(one) ? await noteWentBack(one, rotation) : one);
    }
    if (await isBarred(tenant, credentials, work)) barred.add(tenant);
    all.push(...credentials);
  });
  const isBegun = (one: KnownCredential) => one.rotation?.order?.version === versionOf(run, one.tenant, one.clientId);
  const begun = all.filter(isBegun);
  const { taken, waiting, held } = planDue(
    all.filter((one) => !isBegun(one) && !busy.has(keyOf(one))),
    {
      now: rotation.clock.now(),
      limits: work.limits,
      automatic: work.credentials.filter(isAutomatic).length,
      barred,
      begun: all.filter((one) => isBegun(one) || takesAPlace(one.rotation, run)).length,
    },
  );
  result.busy = busy.size;
  result.waiting = waiting.length;
  result.held = held.length;
  return Map.groupBy([...begun, ...taken], ({ tenant }) => tenant);
}

/**
 * Nothing is begun in a tenant that this run could not audit, or in which something failed on this day. What is held
 * since an earlier one is that credential's own trouble, of which people know, and so is one whose rotation is switched
 * off, which nothing holds and which fails each day: it must not keep all others from ever being rotated.
 */
async function isBarred(tenant: string, credentials: readonly KnownCredential[], work: RunWork): Promise<boolean> {
  const { rotation, run, timezone } = work;
  const record = await runOf(rotation.table, tenant, runKey(run));
  if (record?.state !== "recorded" || record.status === "failed") return true;
  const dayOf = (at: Instant): string => localDay(new Date(at).toISOString(), timezone);
  const today = dayOf(rotation.clock.now());
  return credentials.some(({ rotation: known }) => {
    const failure = known && failedTry(known);
    const isHeldBefore = known?.held !== undefined && dayOf(known.held.since) !== today;
    const isOwn = isHeldBefore || failure?.refusal === "rotation-disabled";
    return failure !== undefined && dayOf(failure.at) === today && !isOwn;
  });
}
