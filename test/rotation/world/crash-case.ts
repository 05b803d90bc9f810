import { writeTarget } from "../../../lib/rotation/ledger/ledger.ts";
import type { Proof } from "../../../lib/rotation/ledger/rotation-record.ts";
import { CURRENT, PENDING } from "../../../lib/rotation/ports.ts";
import { hangingVersion, nextMorning, recordOf, resume, rotateDue } from "./curfew.ts";
import { credentialOf, kidOf, loginOf } from "./payload.ts";
import type { WorldVault } from "./vault.ts";
import { createWorld, type World, type WorldOptions } from "./world.ts";

export interface CaseOptions extends WorldOptions {
  /** Private keys: another key is registered already, and nothing refers to it. */
  hasLeftover?: boolean;
}

/** What became of one rotation that was struck by faults. */
export interface CaseResult {
  /** What must never be and was; or what is missing at the end. Empty for a case that holds. */
  problems: readonly string[];
  /** Mornings until it was promoted and proven. */
  mornings: number;
  wasHeld: boolean;
  struck: readonly string[];
  calls: readonly string[];
}

/** Mornings that an outage lasts: a rotation that keeps failing is held after three. */
const OUTAGE = 4;

/** Mornings that a case is given; a key's overlap takes one more. */
const MORNINGS = OUTAGE + 6;

/** Rotates the credential of a world under faults, morning after morning, and a person resumes where it is held. */
export async function runCase(options: CaseOptions): Promise<CaseResult> {
  const world = createWorld(options);
  if (options.hasLeftover) leaveKey(world, options.keys);
  await writeTarget(world.table, world.target);
  const progress: Progress = { mornings: 0, wasHeld: false, problems: [] };
  await world.clock.run(rotateUntilProven(world, progress));
  const { guard, wire } = world;
  const problems = [...new Set([...guard.violations, ...progress.problems, ...missing(world)])];
  const { mornings, wasHeld } = progress;
  return { problems, mornings, wasHeld, struck: wire.struck, calls: wire.calls };
}

/** A registered key that nothing refers to: it takes the place that the new one needs. */
function leaveKey({ client }: World, keys: WorldOptions["keys"]): void {
  const [key] = keys.slice(-1);
  if (key) client.register({ ...key, name: "leftover" }, "first");
}

interface Progress {
  mornings: number;
  wasHeld: boolean;
  problems: string[];
}

async function rotateUntilProven(world: World, progress: Progress): Promise<void> {
  while (progress.mornings < MORNINGS) {
    progress.mornings += 1;
    await rotateDue(world, recordOf(world)?.promoted === undefined);
    if (isProven(world)) return;
    await nextMorning(world);
    if (progress.mornings >= OUTAGE) world.wire.calm();
    if (!recordOf(world)?.held) continue;
    progress.wasHeld = true;
    if (recordOf(world)?.held?.refusal) progress.problems.push("it is refused, though nobody changed anything");
    if (!storedWorks(world)) progress.problems.push("it is held, and nothing that is stored works");
    if (progress.mornings >= OUTAGE) await resume(world);
  }
}

function storedWorks({ vault, client, kind }: World): boolean {
  const stored = [CURRENT, PENDING].flatMap((label) => vault.read(label) ?? []);
  return stored.some((payload) => client.accepts(loginOf(kind, payload)));
}

function isProven(world: World): boolean {
  const record = recordOf(world);
  return record?.promoted !== undefined && record.aftercare.length === 0 && hangingVersion(world) === undefined;
}

/** What a rotation must have come to: promoted, the old one dead and proven to be, everything written down. */
function missing(world: World): string[] {
  const { vault, client, kind, target, evidence } = world;
  const record = recordOf(world);
  const current = vault.labelled(CURRENT) ?? "";
  const stored = vault.read(CURRENT);
  const old = initialPayload(vault);
  const expectations: Record<string, boolean> = {
    "promoted is what is current": record?.promoted?.version === current && current !== initialVersion(vault),
    "nothing hangs": hangingVersion(world) === undefined && vault.read(PENDING) !== "",
    "no aftercare is open": record?.aftercare.length === 0,
    "the proof is of the last promotion": record?.lastProof?.current === current,
    "the proof proves it": proves(record?.lastProof, client.live()[0]?.since ?? Number.POSITIVE_INFINITY),
    "the proof is kept": evidence.documents.has(`rotations/${target.tenant}/${target.clientId}/${current}.json`),
    "the current one is accepted": stored !== undefined && client.accepts(loginOf(kind, stored)),
    "the old one is refused": old !== undefined && !client.accepts(loginOf(kind, old)),
    "its age is known": hasRotatedAt(world),
    "nothing else is registered": kind === "client-secret" || onlyKey(world, stored ?? ""),
    "it is not held": record?.held === undefined && record?.failures === 0,
  };
  return Object.entries(expectations).flatMap(([what, holds]) => (holds ? [] : [`at the end not: ${what}`]));
}

/** Refused five times over 30 s, not before 45 s after the last write, while the new one is accepted. */
function proves(proof: Proof | undefined, lastWriteAt: number): boolean {
  const answers = proof?.answers ?? [];
  const [first, last] = [answers.at(0), answers.at(-1)];
  if (!first || !last || answers.length < 5) return false;
  const isLate = first.at >= lastWriteAt + 45_000 && last.at - first.at >= 30_000;
  return isLate && answers.every(({ old, current }) => old === "refused" && current === "accepted");
}

function onlyKey(world: World, stored: string): boolean {
  const [only, ...others] = world.client.registered;
  return others.length === 0 && only !== undefined && only.kid === kidOf(credentialOf(stored));
}

function hasRotatedAt({ table, target }: World): boolean {
  const key = { partition: `TENANT#${target.tenant}`, sort: `CREDENTIAL#${target.clientId}` };
  return table.peek<{ rotatedAt?: number }>(key)?.rotatedAt !== undefined;
}

const initialVersion = ({ secret }: WorldVault): string => secret.versions.keys().next().value ?? "";
const initialPayload = (vault: WorldVault): string | undefined =>
  vault.secret.versions.get(initialVersion(vault))?.value;
