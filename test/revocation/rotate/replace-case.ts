import { prove } from "../../../lib/revocation/rotate/prove.ts";
import { rotateLeaked } from "../../../lib/revocation/rotate/rotate-leaked.ts";
import { CURRENT, PREVIOUS } from "../../../lib/rotation/ports.ts";
import { loginOf } from "../../rotation/world/payload.ts";
import { type LeakedOptions, type LeakedWorld, leakedWorld } from "./leaked-world.ts";

/** Tries of the rotation, ten minutes apart, as watching tries it again. After three nothing goes wrong any more. */
const TRIES = 8;
const CALM_AFTER = 3;
const PAUSE = 600_000;

/** What became of it. */
export interface ReplaceResult {
  /** What must never be and was; or what is missing at the end. Empty for a case that holds. */
  problems: readonly string[];
  calls: readonly string[];
  struck: readonly string[];
}

/** Replaces what leaked and proves it, under faults, until both are done. */
export async function runReplacement(options: LeakedOptions): Promise<ReplaceResult> {
  const world = await leakedWorld(options);
  const leaked = world.vault.read(CURRENT);
  const falsely: string[] = [];
  for (let tried = 1; tried <= TRIES; tried += 1) {
    await world.step(rotateLeaked).catch(ofTheTable);
    if (world.incident().steps.rotate?.outcome === "done") falsely.push(...missing(world, leaked, "called done, but"));
    await world.step(prove).catch(ofTheTable);
    const { rotate, prove: proof } = world.incident().steps;
    if (rotate?.outcome === "done" && proof?.outcome === "done") break;
    await world.clock.run(world.clock.sleep(PAUSE));
    if (tried >= CALM_AFTER) world.wire.calm();
  }
  const proof = world.incident().steps.prove?.outcome;
  const problems = [...world.guard.violations, ...falsely, ...missing(world, leaked, "at the end not:")];
  if (proof !== "done") problems.push("at the end not: proven");
  if (world.client.live().some(({ by }) => by === "hand"))
    problems.push("at the end not: what was set by hand is gone");
  return { problems: [...new Set(problems)], calls: world.wire.calls, struck: world.wire.struck };
}

/** What cannot be recorded is thrown, and tried again; a defect is not. */
function ofTheTable(error: unknown): void {
  if (!(error instanceof Error) || !("code" in error) || error.code !== "store-failed") throw error;
}

/** What a credential that is replaced must have come to. */
function missing(world: LeakedWorld, leaked: string | undefined, words: string): string[] {
  const { vault, client, kind } = world;
  const stored = vault.read(CURRENT);
  const accepts = (payload: string | undefined) => payload !== undefined && client.mayAccept(loginOf(kind, payload));
  const expectations: Record<string, boolean> = {
    done: world.incident().steps.rotate?.outcome === "done",
    "the new one is stored and accepted": stored !== leaked && accepts(stored),
    "the old one is refused": !accepts(leaked),
    "nothing is called previous": vault.labelled(PREVIOUS) === undefined,
    "nothing else is registered": kind === "client-secret" || client.registered.length === 1,
  };
  return Object.entries(expectations).flatMap(([what, holds]) => (holds ? [] : [`${words} ${what}`]));
}
