import { setTimeout as delay } from "node:timers/promises";
import { listRotations } from "../../lib/rotation/ledger/ledger.ts";
import type { Proof, RotationOrder, RotationRecord } from "../../lib/rotation/ledger/rotation-record.ts";
import type { CredentialKind } from "../../lib/rotation/ledger/target.ts";
import type { Table } from "../../lib/store/table.ts";

/** Something that happened to a credential, in words. */
export interface Happening {
  clientId: string;
  /** Milliseconds since the epoch, by the clock of whoever recorded it. */
  at: number;
  text: string;
}

/** Tells what is recorded of credentials, each thing once. */
export interface RotationTeller {
  /** Tells what is new since the last look. */
  look(): Promise<void>;
  /** Looks again and again until `signal` is aborted, and then once more. */
  watch(signal: AbortSignal): Promise<void>;
}

/** Milliseconds of the machine between two looks. */
const LOOK = 200;

/** @param tenants whose credentials it is about */
export function rotationTeller(
  table: Table,
  tenants: readonly string[],
  tell: (happening: Happening) => void,
): RotationTeller {
  const told = new Set<string>();
  const look = async (): Promise<void> => {
    const records = await Promise.all(tenants.map((tenant) => listRotations(table, tenant)));
    for (const happening of inOrder(records.flat().flatMap(happeningsOf))) {
      const key = JSON.stringify(happening);
      if (!told.has(key)) tell(happening);
      told.add(key);
    }
  };
  const watch = async (signal: AbortSignal): Promise<void> => {
    while (!signal.aborted) {
      await look();
      await delay(LOOK, undefined, { signal }).catch(() => undefined); // the end of the pause, not an error
    }
    await look();
  };
  return { look, watch };
}

/** What a record tells, the earliest first. */
export function happeningsOf(record: RotationRecord): Happening[] {
  const { clientId, kind, order, underWay, promoted, aftercare, lastProof, lastFailure, held } = record;
  const { noun, set } = WORDS[kind];
  const told: ([at: number | undefined, text: string] | undefined)[] = [
    order && [order.at, `is to get a new ${noun}${ORDERED[order.by]}`],
    underWay && [underWay.startedAt, `a new ${noun} is made, and stored before anybody else knows it`],
    underWay && [underWay.setAt, set],
    promoted && [promoted.at, `the new ${noun} is current; whoever reads the secret now gets it`],
    ...aftercare.flatMap(({ from, promotedAt, goneAt }): [number | undefined, string][] => [
      [
        promotedAt !== undefined && from > promotedAt ? promotedAt : undefined,
        `both keys work until ${timeText(from)}`,
      ],
      [goneAt, `the old ${noun} is detached and deleted at Auth0`],
    ]),
    lastProof && [lastProof.provenAt, `the old ${noun} is dead: ${proofText(lastProof)}`],
    ...aftercare.map(
      ({ failure }) => failure && ([failure.at, `not yet: ${failure.message}`] satisfies [number, string]),
    ),
    lastFailure && [lastFailure.at, `not yet: ${lastFailure.message}`],
    held && [held.since, `held until somebody says \`curfew rotate resume\`: ${held.message}`],
  ];
  return inOrder(told.flatMap(([at, text] = [undefined, ""]) => (at === undefined ? [] : [{ clientId, at, text }])));
}

const inOrder = (happenings: readonly Happening[]): Happening[] => happenings.toSorted((a, b) => a.at - b.at);

const WORDS: Readonly<Record<CredentialKind, { noun: string; set: string }>> = {
  "client-secret": { noun: "secret", set: "Auth0 is told the new secret; for up to 30 s it accepts one or the other" },
  "private-key": { noun: "key", set: "the new key is registered at Auth0 beside the old one" },
};

const ORDERED: Readonly<Record<RotationOrder["by"], string>> = {
  schedule: ", because it is due",
  person: ", because a person asked",
  incident: ", because of an incident",
};

function proofText({ answers }: Proof): string {
  const refused = answers.filter(({ old }) => old === "refused");
  const [first, last] = [refused[0]?.at ?? 0, refused.at(-1)?.at ?? 0];
  const seconds = Math.round((last - first) / 1000);
  return `refused ${refused.length} times over ${seconds} s, while the new one is accepted`;
}

/** Hours, minutes and seconds in UTC. */
export const timeText = (at: number): string => new Date(at).toISOString().slice(11, 19);
