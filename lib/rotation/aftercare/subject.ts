import type { Secret } from "../../model/secret.ts";
import type { Ask, Said } from "../asking/asking.ts";
import { KINDS } from "../kinds/kinds.ts";
import { publicKeyOf } from "../kinds/public-key.ts";
import type { Aftercare, Proof, ProofAnswer } from "../ledger/rotation-record.ts";
import type { VersionId } from "../ports.ts";
import { type Refusal, refusalOf } from "../refusal.ts";
import { storedCredential } from "../vault/stored-credentials.ts";
import { nowOf, type Work } from "../work.ts";

/** With the names of what is to be dead. */
export type Named = Aftercare & Names;

interface Names extends Pick<Proof, "keys"> {
  /** The versions that are asked about. */
  asked: readonly VersionId[];
}

/** Or why nobody can prove it. */
export type Or<T> = T | { notProvable: string };

/** The old credentials, to ask about, and what the tenant calls them. */
interface Subject {
  olds: readonly Secret[];
  names: Names;
}

export async function subjectOf(work: Work, { old, oldToo, oldKey }: Aftercare, current: Secret): Promise<Or<Subject>> {
  const olds: Secret[] = [];
  const asked: VersionId[] = [];
  for (const version of [old, oldToo]) {
    if (version === undefined) continue;
    const stored = await orReason(async () => ({ old: (await storedCredential(work, version))?.credential }));
    if ("notProvable" in stored) {
      if (version === old) return stored;
      continue; // what a person stored meanwhile and is no credential of this application is none that could live
    }
    if (!stored.old) {
      return { notProvable: "The old credential is not stored any more, so nobody can be asked about it." };
    }
    // What a person made the current one since is not to die.
    if (version !== old && KINDS[work.settings.kind].isInUse({}, stored.old, current)) continue;
    olds.push(stored.old);
    asked.push(version);
  }
  if (work.settings.kind === "client-secret") return { olds, names: { asked } };
  const kids = olds.map((one) => publicKeyOf(one).kid);
  return { olds, names: { asked, keys: [...kids, ...(oldKey ? [oldKey.id] : [])] } };
}

/** What a proof is about: of what nobody asked about it says nothing. */
export const aboutOf = ({ old, oldToo, wasAccepted, current, keys, asked }: Named) => ({
  ...{ old, current },
  ...(oldToo !== undefined && asked.includes(oldToo) ? { oldToo } : {}),
  ...(wasAccepted ? { wasAccepted } : {}),
  ...(keys ? { keys } : {}),
});

/** A refusal says why nothing can be proven here. */
export async function orReason<T>(
  look: () => Promise<T>,
  reasons: Partial<Record<Refusal, string>> = {},
): Promise<Or<T>> {
  try {
    return await look();
  } catch (error) {
    const refusal = refusalOf(error);
    if (!(error instanceof Error) || refusal === null) throw error;
    return { notProvable: reasons[refusal] ?? error.message };
  }
}

/** Of several old ones the answer that says the most against their being dead. */
export async function answerOf(work: Work, ask: Ask, olds: readonly Secret[], current: Secret): Promise<ProofAnswer> {
  const at = nowOf(work);
  const said: Said[] = [];
  for (const old of olds) said.push(await ask(old));
  const old = (["accepted", "unknown"] as const).find((one) => said.includes(one)) ?? "refused";
  return { at, old, current: await ask(current) };
}
