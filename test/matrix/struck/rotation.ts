import { CREDENTIAL_KINDS } from "../../../lib/rotation/ledger/target.ts";
import { PROPAGATIONS } from "../../rotation/world/auth0.ts";
import { type CaseOptions, runCase } from "../../rotation/world/crash-case.ts";
import { prepareKeys } from "../../rotation/world/keys.ts";
import type { Matrix } from "../matrix.ts";
import { scenarioOf } from "./scenario-of.ts";

export type Setting = Pick<CaseOptions, "kind" | "propagation" | "hasLeftover">;

/** Both kinds with every way to spread, and a private key whose place must be freed first. */
export const SETTINGS: readonly Setting[] = [
  ...CREDENTIAL_KINDS.flatMap((kind) => PROPAGATIONS.map((propagation) => ({ kind, propagation }))),
  { kind: "private-key", propagation: "at once", hasLeftover: true },
];

const titleOf = ({ kind, propagation, hasLeftover }: Setting): string =>
  `${kind}, ${propagation}${hasLeftover ? ", with a leftover" : ""}`;

const SCENARIOS = Object.fromEntries(SETTINGS.map((setting) => [titleOf(setting), setting]));

const KEYS = prepareKeys(9);

/** A credential is rotated, morning after morning, and a person resumes where it is held. */
export const ROTATION: Matrix = {
  name: "rotation",
  scenarios: Object.keys(SCENARIOS),
  noted: "held and resumed",
  outages: [],
  async run(one) {
    const { scenario, matrix: _, ...struck } = one;
    const result = await runCase({ ...scenarioOf(SCENARIOS, one), ...struck, keys: KEYS });
    return { ...result, strikable: result.calls.length, isNoted: result.wasHeld };
  },
};
