import type { Clock } from "../../../model/clock.ts";
import { CURRENT, PENDING, versionWithStage } from "./staging-labels.ts";
import type { StoredSecret } from "./stored-secret.ts";
import type { Rotations } from "./vault.ts";

/** The steps of a rotation, in their order. */
const STEPS = ["createSecret", "setSecret", "testSecret", "finishSecret"] as const;

/** What a rotation function is called with. */
export interface RotationEvent {
  Step: (typeof STEPS)[number];
  /** The secret's ARN. */
  SecretId: string;
  /** The id of the version that is to become current. */
  ClientRequestToken: string;
  RotationToken: string;
}

/** Called as Secrets Manager calls a Lambda: it rejects when the step failed. */
export type RotationFunction = (event: RotationEvent, functionArn: string) => Promise<unknown>;

/** How the fake rotates. */
export interface RotationOptions {
  invoke?: RotationFunction | undefined;
  /** How often a rotation is tried in all, each time from its first step; 5 when left out. */
  attempts?: number | undefined;
  /** Pause between tries in milliseconds of the clock; a minute when left out. */
  pause?: number | undefined;
}

/** What became of a rotation or of a test of one. */
export interface RotationReport {
  readonly secret: string;
  readonly token: string;
  readonly kind: "rotation" | "test";
  outcome: "running" | "succeeded" | "failed" | "cancelled";
  /** The steps that were called, in their order, with whether they failed. */
  readonly calls: { step: RotationEvent["Step"]; failed: boolean }[];
}

/** Running rotations, and what became of the others. */
export interface RotationDesk extends Rotations {
  readonly reports: readonly RotationReport[];
  /** Resolves when no rotation runs. */
  settled(): Promise<void>;
  close(): void;
}

/** Calls rotation functions in the background, as RotateSecret does: it answers before the first step. */
export function createRotations(clock: Clock, { invoke, attempts = 5, pause = 60_000 }: RotationOptions): RotationDesk {
  const reports: RotationReport[] = [];
  const running = new Map<StoredSecret, { abort: AbortController; done: Promise<void> }>();
  const begin = (secret: StoredSecret, token: string, kind: RotationReport["kind"]) => {
    if (!invoke) return;
    const report: RotationReport = { secret: secret.name, token, kind, outcome: "running", calls: [] };
    reports.push(report);
    const abort = new AbortController();
    const rotation = { secret, report, invoke, signal: abort.signal, clock, attempts, pause };
    const done = run(rotation).finally(() => running.delete(secret));
    running.set(secret, { abort, done });
  };
  return {
    available: invoke !== undefined,
    reports,
    start: (secret, token) => begin(secret, token, "rotation"),
    test: (secret, token) => begin(secret, token, "test"),
    cancel: (secret) => running.get(secret)?.abort.abort(),
    settled: async () => {
      while (running.size > 0) await Promise.all([...running.values()].map(({ done }) => done));
    },
    close: () => {
      for (const { abort } of running.values()) abort.abort();
    },
  };
}

interface Rotation {
  secret: StoredSecret;
  report: RotationReport;
  invoke: RotationFunction;
  signal: AbortSignal;
  clock: Clock;
  attempts: number;
  pause: number;
}

async function run(rotation: Rotation): Promise<void> {
  // The request that starts a rotation is answered first.
  await Promise.resolve();
  const { report, signal } = rotation;
  const succeeded = report.kind === "test" ? await testOnly(rotation) : await rotateUntilDone(rotation);
  report.outcome = succeeded ? "succeeded" : signal.aborted ? "cancelled" : "failed";
}

async function rotateUntilDone(rotation: Rotation): Promise<boolean> {
  const { signal, clock, attempts, pause } = rotation;
  for (let attempt = 1; attempt <= attempts; attempt++) {
    if (await allSteps(rotation)) return true;
    if (signal.aborted || attempt === attempts) return false;
    await clock.sleep(pause, signal).catch(() => undefined);
    if (signal.aborted) return false;
  }
  return false;
}

async function allSteps(rotation: Rotation): Promise<boolean> {
  for (const step of STEPS) {
    if (rotation.signal.aborted || !(await callStep(rotation, step))) return false;
  }
  return complete(rotation);
}

/** The function must have made the version current; the service then takes AWSPENDING away itself. */
function complete({ secret, report, clock }: Rotation): boolean {
  const current = versionWithStage(secret, CURRENT);
  if (current?.id !== report.token) return false;
  current.stages.delete(PENDING);
  if (secret.rotation) secret.rotation.lastRotatedAt = clock.now();
  secret.changedAt = clock.now();
  return true;
}

async function testOnly(rotation: Rotation): Promise<boolean> {
  const passed = await callStep(rotation, "testSecret");
  const { secret, report } = rotation;
  const version = secret.versions.get(report.token);
  if (version && !version.stages.has(CURRENT)) secret.versions.delete(version.id);
  return passed;
}

async function callStep({ secret, report, invoke }: Rotation, step: RotationEvent["Step"]): Promise<boolean> {
  const ids = { SecretId: secret.arn, ClientRequestToken: report.token, RotationToken: crypto.randomUUID() };
  const call = { step, failed: false };
  report.calls.push(call);
  try {
    await invoke({ Step: step, ...ids }, secret.rotation?.functionArn ?? "");
  } catch {
    // What the function throws is its own affair: the service sees only that the step failed.
    call.failed = true;
  }
  return !call.failed;
}
