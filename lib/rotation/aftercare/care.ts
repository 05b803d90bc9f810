import type { Secret } from "../../model/secret.ts";
import { type Ask, calibratedAsk } from "../asking/asking.ts";
import { KINDS } from "../kinds/kinds.ts";
import { overdueFrom } from "../ledger/overdue.ts";
import {
  type Aftercare,
  isOpen,
  type Proof,
  type ProofAnswer,
  type RotationRecord,
} from "../ledger/rotation-record.ts";
import { CURRENT, PENDING, type VersionId } from "../ports.ts";
import type { Refusal } from "../refusal.ts";
import { finishSecret } from "../steps/finish-secret.ts";
import { currentCredential, type StoredCredential, storedCredential } from "../vault/stored-credentials.ts";
import { nowOf, recall, remember, type Work, waitUntil } from "../work.ts";
import { PROOF_PAUSE, proofIn, provableFrom, withAnswer } from "./proof.ts";
import { keepProof } from "./proof-evidence.ts";
import { aboutOf, answerOf, type Named, type Or, orReason, subjectOf } from "./subject.ts";

/**
 * Asking for a proof goes on for so long at the most, another credential's turn comes, too; but until it is overdue where
 * the old one is still accepted, so that people hear of that at once. Milliseconds.
 */
const PATIENCE = 120_000;

/**
 * What was given up stays on record for so long, whatever is proven meanwhile: the next audit tells it, and the one after
 * where that could not. Audits are three days apart at the most. Milliseconds.
 */
const TIME_TO_TELL = 7 * 86_400_000;

/** Does what there is time for of what the promotion of `work.version` left to do. May be repeated after anything. */
export async function takeCare(work: Work): Promise<void> {
  const care = await promotedCare(work);
  if (!care || !isOpen(care)) return;
  const hopeless = await whyHopeless(work, care);
  if (hopeless !== undefined) return giveUp(work, hopeless);
  const current = await currentCredential(work);
  if (await isInUse(work, care, current.credential)) return giveUp(work, IN_USE);
  // The overlap of keys lasts hours; others have their turn meanwhile. One that Auth0 has no more waits for nothing.
  if (care.oldKey && nowOf(work) < care.from) return;
  await prove(work, await takeAway(work, care, current), current);
}

/** A person stored it once more, as another version: then it is no old one, and must not be taken away. */
async function isInUse(work: Work, care: Aftercare, current: Secret): Promise<boolean> {
  const stored = await orReason(async () => ({ old: (await storedCredential(work, care.old))?.credential }));
  const old = "old" in stored ? stored.old : undefined;
  return KINDS[work.settings.kind].isInUse(care, old, current);
}

const IN_USE: Hopeless = {
  notProvable: "The old credential is the same as the current one, so it is not to die.",
  ending: "in-use",
};

/**
 * Undefined for a version that was not promoted: until it is, its predecessor is in use. One that lost its labels
 * before anybody saw it promoted, because a person stored another value in its place, never will be.
 */
async function promotedCare(work: Work): Promise<Aftercare | undefined> {
  const record = await recall(work);
  const known = careOf(work, record);
  if (!known || known.promotedAt !== undefined) return known;
  const labels = (await work.parts.vault.describe(work.target.arn)).versions.get(work.version) ?? [];
  if (labels.includes(CURRENT)) {
    await finishSecret(work); // who promoted it did not come to record it
    return careOf(work, await recall(work));
  }
  const mayBePromoted = labels.includes(PENDING) || record?.underWay?.version === work.version;
  if (!mayBePromoted && isOpen(known)) await giveUp(work, NEVER_SEEN);
  return undefined;
}

const NEVER_SEEN: Hopeless = {
  notProvable: "Another value was stored in place of the new one before that was seen to be current.",
  ending: "superseded",
};

const careOf = ({ version }: Work, record: RotationRecord | undefined): Aftercare | undefined =>
  record?.aftercare.find(({ current }) => current === version);

/** Why nothing can be taken away or proven any more. */
type Hopeless = Required<Pick<Aftercare, "notProvable">> & Pick<Aftercare, "ending">;

async function whyHopeless({ parts, target, tenant }: Work, { old }: Aftercare): Promise<Hopeless | undefined> {
  const labels = (await parts.vault.describe(target.arn)).versions.get(old) ?? [];
  if (labels.includes(CURRENT)) {
    return { notProvable: "The old credential was made the current one again, so it is not to die.", ending: "in-use" };
  }
  if (await (await tenant()).client()) return undefined;
  return { notProvable: "The application does not exist any more; nothing of it is accepted.", ending: "client-gone" };
}

/** What is not to be proven any more is not overdue either. */
async function giveUp(work: Work, hopeless: Hopeless): Promise<void> {
  await changeCare(work, ({ overdueSince: _, ...care }) => ({ ...care, ...hopeless, givenUpAt: nowOf(work) }));
}

async function changeCare(work: Work, change: (care: Aftercare) => Aftercare): Promise<void> {
  await remember(work, (record) => ({
    ...record,
    aftercare: record.aftercare.map((care) => (care.current === work.version ? change(care) : care)),
  }));
}

/** Keys only: secrets go by themselves. The proof counts from when the key was seen to be gone. */
async function takeAway(work: Work, care: Aftercare, current: StoredCredential): Promise<Aftercare> {
  if (!care.oldKey || care.goneAt !== undefined) return care;
  await KINDS[work.settings.kind].takeAway(work, care.oldKey, current);
  const at = nowOf(work);
  // What failed before was said of taking it away.
  const withoutKey = ({ failure: _, ...one }: Aftercare): Aftercare => ({
    ...one,
    ...{ goneAt: at, lastWriteAt: at, answers: [] },
  });
  await changeCare(work, withoutKey);
  return withoutKey(care);
}

async function prove(work: Work, care: Aftercare, { version, credential: current }: StoredCredential): Promise<void> {
  const subject = await subjectOf(work, care, current);
  if ("notProvable" in subject) return giveUp(work, subject);
  if (!(await waitUntil(work, provableFrom(care.lastWriteAt)))) return;
  const ask = await meaningfulAsk(work, current);
  if ("notProvable" in ask) return giveUp(work, ask);
  const askBoth = () => answerOf(work, ask.ask, subject.olds, current);
  await askUntilProven(work, { ...care, ...subject.names }, version, askBoth);
}

const meaningfulAsk = (work: Work, current: Secret): Promise<Or<{ ask: Ask }>> =>
  orReason(async () => ({ ask: await calibratedAsk(work, current) }), MEANINGLESS);

/** The error itself speaks of a rotation that is to begin. */
const MEANINGLESS: Partial<Record<Refusal, string>> = {
  "not-calibrated": "By now Auth0 accepts even a random credential of the application, so its answers mean nothing.",
};

async function askUntilProven(
  work: Work,
  care: Named,
  current: VersionId,
  askBoth: () => Promise<ProofAnswer>,
): Promise<void> {
  const patient = nowOf(work) + PATIENCE;
  const overdueAt = overdueFrom(care);
  let { answers, overdueSince } = care;
  for (;;) {
    const answer = await askBoth();
    answers = withAnswer(answers, answer);
    const proving = proofIn(answers, care.lastWriteAt);
    const witness = current === care.current ? {} : { witness: current };
    const proof = { ...aboutOf(care), ...witness, provenAt: nowOf(work) };
    if (proving) return conclude(work, care, { ...proof, answers: proving });
    if (answer.at >= overdueAt) overdueSince ??= answer.at;
    const next = nowOf(work) + PROOF_PAUSE;
    const isAwaited = answer.old === "accepted" && overdueSince === undefined;
    if (next > work.until || (next > patient && !isAwaited)) break;
    await work.parts.clock.sleep(PROOF_PAUSE);
  }
  const since = overdueSince === undefined ? {} : { overdueSince };
  await changeCare(work, (one) => ({ ...one, answers, ...since }));
}

/**
 * The evidence is kept first: what the record claims can always be shown. The record keeps the proof that the last
 * promotion left to be found, also where that of an earlier one comes after it.
 */
async function conclude(work: Work, care: Aftercare, proof: Proof): Promise<void> {
  await keepProof(work, care, proof);
  const isUntold = ({ givenUpAt = 0 }: Aftercare) => givenUpAt > proof.provenAt - TIME_TO_TELL;
  await remember(work, ({ lastProof, ...record }) => ({
    ...record,
    aftercare: record.aftercare.filter((one) => one.current !== work.version && (isOpen(one) || isUntold(one))),
    lastProof: lastProof && isOfLast(lastProof, record) && !isOfLast(proof, record) ? lastProof : proof,
  }));
}

const isOfLast = ({ current }: Proof, { promoted }: Pick<RotationRecord, "promoted">): boolean =>
  current === promoted?.version;
