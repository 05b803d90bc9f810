import { managementAudience } from "../../auth0/tenant-address.ts";
import type { Instant } from "../../history/history.ts";
import { approvedPlan, readAsked } from "../approvals/asked.ts";
import { act } from "../contain/act.ts";
import { actAsAgreed } from "../contain/act-as-agreed.ts";
import { type Came, incomplete } from "../contain/came.ts";
import { runStep } from "../contain/run-step.ts";
import type { StepRun } from "../contain/step-run.ts";
import { tried } from "../contain/tried.ts";
import type { Incident } from "../incident/incident.ts";
import type { IncidentParts } from "../parts.ts";
import type { SigningKey } from "../ports.ts";
import { type EndedTokens, keepEnded, readEnded } from "./ended-tokens.ts";
import type { KeyPlan } from "./key-plan.ts";
import { begin, readBegun } from "./rotation-begun.ts";

/**
 * Revokes the signing key that somebody agreed to revoke, and no other.
 *
 * Each run looks where it stands. The next key is made the current one only while the approved key is the current one,
 * and not again while an earlier request may still be under way: a second rotation would move the key to where nobody
 * can revoke it. Then the responder logs in again, because its own token may end with the key, and exactly that key is
 * revoked.
 *
 * Whether tokens end by it is tried with the responder's own earlier token, where this run had one from before: only if
 * that is refused the window gets shorter, for the Management API alone.
 */
export const revokeKey = (incident: Incident, parts: IncidentParts): Promise<Incident> =>
  runStep("key-revocation", incident, parts, revoke).then((ended) => ended.incident);

async function revoke(run: StepRun): Promise<Came> {
  const { incident, parts } = run;
  const plan = approvedPlan(await readAsked<KeyPlan>(parts.table, incident.id, "key-revocation"));
  if (!plan) return incomplete(NOT_REVOKED, ["a second person has not agreed"], null);
  const { kid } = plan;
  const line = `the signing key ${kid}`;
  const currentUntil = parts.clock.now();
  const first = await tried(() => run.tenant.signingKeys());
  if ("error" in first) return incomplete(NOT_REVOKED, [line], first.error);
  const wasCurrent = stateOf(first.value, kid) === "current";
  if (incident.drill) return wouldRevoke(run, plan);
  if (wasCurrent) {
    const failure = await rotate(run, plan);
    if (failure) return failure;
  }
  // Also where somebody revoked it already: what came of it is still to be tried.
  const state = wasCurrent ? "previous" : stateOf(first.value, kid);
  if (state !== "previous" && state !== "revoked") return outOfReach(kid);
  const failure = await revokePrevious(run, kid, first.value);
  if (failure) return failure;
  const isEnded = wasCurrent ? await endsTokens(run) : wasEnded(await readEnded(parts.table, incident.id), kid);
  if (isEnded) {
    const audiences = [managementAudience(parts.settings.domain)];
    const kept = await tried(() =>
      keepEnded(parts.table, incident.id, { kid, currentUntil, at: parts.clock.now(), audiences, keys: first.value }),
    );
    if ("error" in kept)
      return incomplete("The key is revoked; that it ends tokens is not recorded.", [line], kept.error);
  }
  return { outcome: "done", message: `The signing key ${kid} is revoked. ${wordsOf(isEnded)}` };
}

const NOT_REVOKED = "The signing key is not revoked yet.";

const stateOf = (keys: readonly SigningKey[], kid: string): SigningKey["state"] =>
  keys.find((key) => key.kid === kid)?.state ?? "former";

const outOfReach = (kid: string): Came => ({
  outcome: "not-applicable",
  message: `The signing key ${kid} is not the previous one any more, so Auth0 cannot revoke it; it is not published either.`,
});

async function wouldRevoke(run: StepRun, { kid, rotatesFirst }: KeyPlan): Promise<Came> {
  if (rotatesFirst) await act(run, ROTATE, async () => undefined);
  await act(run, `PUT /api/v2/keys/signing/${kid}/revoke`, async () => undefined);
  return { outcome: "done", message: `In an emergency the signing key ${kid} would be revoked.` };
}

const ROTATE = "POST /api/v2/keys/signing/rotate";

/** A request may still be under way so long after its process was over. Milliseconds. */
const UNDER_WAY = 60_000;

/** Makes the next key the current one; undefined when the approved key is seen to be the previous one. */
async function rotate(run: StepRun, { kid, rotatesFirst }: KeyPlan): Promise<Came | undefined> {
  const { incident, parts } = run;
  const line = `the signing key ${kid}`;
  // A person agreed to revoke a previous key, and rotating is more than that.
  if (!rotatesFirst)
    return incomplete(NOT_REVOKED, [`${line}: it is the current one again, which nobody approved`], null);
  const now = parts.clock.now();
  const begun = await readBegun(parts.table, incident.id);
  if (begun && now < begun.value.until) return stillUnderWay(line, begun.value.until);
  const until = Math.max(now, parts.deadline) + UNDER_WAY;
  if (!(await begin(parts.table, incident.id, { kid, until }, begun?.version ?? 0))) return stillUnderWay(line, until);
  const failure = await actAsAgreed(run, ROTATE, () => run.tenant.rotateSigningKey());
  const after = await tried(() => run.tenant.signingKeys());
  if ("error" in after) return incomplete(NOT_REVOKED, [line], after.error);
  const state = stateOf(after.value, kid);
  if (state === "previous" || state === "revoked") return undefined;
  if (state === "former") return outOfReach(kid);
  return incomplete(NOT_REVOKED, [`${line} is still the current one`], failure ?? null);
}

const stillUnderWay = (line: string, until: Instant): Came =>
  incomplete(
    NOT_REVOKED,
    [
      `${line}: a request to rotate may still be under way until ${new Date(until).toISOString()}, and a second one would put the key out of reach`,
    ],
    null,
  );

/** Undefined when the key is revoked. */
async function revokePrevious(run: StepRun, kid: string, keys: readonly SigningKey[]): Promise<Came | undefined> {
  const line = `the signing key ${kid}`;
  if (stateOf(keys, kid) === "revoked") return undefined;
  const renewed = await act(run, "POST /oauth/token as the login that acts, before the key is revoked", () =>
    run.tenant.renewToken(),
  );
  if (renewed) return incomplete(NOT_REVOKED, [line], renewed);
  const what = `PUT /api/v2/keys/signing/${kid}/revoke`;
  const failure = await actAsAgreed(run, what, () => run.tenant.revokeSigningKey(kid));
  const after = await tried(() => run.tenant.signingKeys());
  if ("error" in after) return incomplete(NOT_REVOKED, [line], after.error);
  if (stateOf(after.value, kid) === "revoked") return undefined;
  return incomplete(NOT_REVOKED, [line], failure ?? null);
}

/** How often, and how far apart, the earlier token is tried: a revocation may take a moment to be known everywhere. */
const TRIES = 4;
const BETWEEN_TRIES = 10_000;

/** Whether the Management API refuses the responder's own token from before; undefined when nobody knows. */
async function endsTokens(run: StepRun): Promise<boolean | undefined> {
  let answer: boolean | undefined;
  for (let count = 1; ; count += 1) {
    const came = await tried(() => run.tenant.isFormerTokenAccepted());
    answer = "error" in came || came.value === undefined ? undefined : !came.value;
    if (answer === true || count === TRIES) return answer;
    await run.parts.clock.sleep(BETWEEN_TRIES);
  }
}

/** An earlier run that died before it could record the step may have tried it. */
const wasEnded = (kept: EndedTokens | undefined, kid: string): true | undefined => kept?.kid === kid || undefined;

const wordsOf = (isEnded: boolean | undefined): string =>
  isEnded === undefined
    ? "Whether the Management API refuses tokens that it signed is not known, so the window stays as it is."
    : isEnded
      ? "The Management API refuses a token that it signed, and the window counts that."
      : "The Management API still accepts a token that it signed, so the window stays as it is.";
