import { beforeMoment } from "../../rotation/bounded-parts.ts";
import { keeperOf } from "../incident/incident.ts";
import type { RevokedClient, RevokedGrant } from "../ports.ts";
import { documentName } from "./documents.ts";
import type { StepRun } from "./step-run.ts";
import { type Tried, tried } from "./tried.ts";

/**
 * What was there at the first look, kept beside the evidence while the table takes nothing: whoever comes after a
 * process that could not even record that it took something away would else take what is left for what was there.
 */
export interface KeptElsewhere {
  client: RevokedClient;
  grants: {
    ids: readonly string[];
    /** Those whose organizations could be read. */
    grants: readonly RevokedGrant[];
  };
}

/** Milliseconds that taking away waits for it: people are told all the same. */
const PATIENCE = 2_000;

const nameOf = ({ incident }: StepRun, part: keyof KeptElsewhere): string =>
  documentName({ id: keeperOf(incident) }, `${part}.json`);

/** Keeps it, once; that it cannot be kept holds nothing up. */
export async function keepElsewhere<Part extends keyof KeptElsewhere>(
  run: StepRun,
  part: Part,
  value: KeptElsewhere[Part],
): Promise<void> {
  const { clock, evidence } = run.parts;
  const body = Buffer.from(`${JSON.stringify(value)}\n`);
  await tried(() =>
    beforeMoment(clock, clock.now() + PATIENCE, () => evidence.create(nameOf(run, part), body, "application/json")),
  );
}

/** @returns undefined when nothing had to be kept */
export const readElsewhere = <Part extends keyof KeptElsewhere>(
  run: StepRun,
  part: Part,
): Promise<Tried<KeptElsewhere[Part] | undefined>> =>
  tried(async () => {
    const { clock, evidence } = run.parts;
    const body = await beforeMoment(clock, clock.now() + PATIENCE, () => evidence.read(nameOf(run, part)));
    return body && (JSON.parse(Buffer.from(body).toString("utf8")) as KeptElsewhere[Part]);
  });
