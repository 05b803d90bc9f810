import stringWidth from "string-width";
import type { Instant } from "../../lib/history/history.ts";
import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { StatusCredential, TenantCredentials } from "../../lib/rotation/by-hand/status.ts";
import { optionsFor, secretNameOf } from "../../lib/rotation/credentials/credential-text.ts";
import { isStillAccepted } from "../../lib/rotation/ledger/overdue.ts";
import {
  type Aftercare,
  concernsPeople,
  isOpen,
  type RotationFailure,
  type RotationRecord,
} from "../../lib/rotation/ledger/rotation-record.ts";
import { earlySince } from "../../lib/rotation/ledger/under-way.ts";
import { minuteText } from "../../lib/rotation/minute-text.ts";
import { earlySteps } from "../../lib/rotation/news/early-alert.ts";
import { type Advised, heldSteps, REFUSAL_ADVICE, refusalSteps } from "../../lib/rotation/news/refusal-advice.ts";
import type { Refusal } from "../../lib/rotation/refusal.ts";
import { dueDate } from "../../lib/rotation/schedule/due.ts";
import { ageText } from "../age-text.ts";
import { plainTable } from "../plain-table.ts";
import { spoken } from "../spoken.ts";
import { nounOf, stageText } from "./rotation-outcome.ts";
import { failedRotation, stateOf, type Unfinished, unfinished } from "./rotation-state.ts";

/**
 * The credentials of one tenant for a person: a table, or a block for each credential where the terminal is too narrow
 * for that; then what needs attention, in sentences.
 *
 * @param screen its columns, and whether a longer line would be broken by it: in a file and a pipe none is
 */
export function statusText(
  { tenant, credentials, leftBehind }: TenantCredentials,
  now: Instant,
  { width, isFixed }: { width: number; isFixed: boolean },
): string {
  const name = terminalText(tenant);
  const rows = [...credentials.map((known) => rowOf(known, now)), ...leftBehind.map(leftBehindRow)];
  if (rows.length === 0) return `${name}: no credentials in the configuration.`;
  const table = plainTable([HEAD, ...rows]);
  const fits = !isFixed || table.split("\n").every((line) => stringWidth(line) <= width);
  const notes = [
    ...credentials.flatMap(({ rotation }) => (rotation ? notesOf(tenant, rotation, now, true) : [])),
    ...leftBehind.flatMap((rotation) => notesOf(tenant, rotation, now, false)),
  ];
  return [
    wrapped(name, width),
    fits ? table : rows.map((row) => block(row, width)).join("\n\n"),
    ...credentials.filter(isUnadopted).map((known) => noteLine(adoptCommand(tenant, known), width)),
    ...notes.map((note) => noteLine(note, width)),
  ].join("\n");
}

const HEAD = ["client", "kind", "rotate", "age", "last rotation", "last proof", "next due", "state"];

const LONGEST_ID = 60;

function rowOf(known: StatusCredential, now: Instant): string[] {
  const { clientId, kind, rotate, age, rotation } = known;
  return [
    briefText(clientId, LONGEST_ID),
    kind,
    rotate,
    ageText(age, now),
    ...rotationCells(rotation),
    dueText(dueDate(known, now)?.dueAt, now),
    stateOf(rotation, known.isAdopted),
  ];
}

const leftBehindRow = (rotation: RotationRecord): string[] => [
  briefText(rotation.clientId, LONGEST_ID),
  rotation.kind,
  "not configured",
  "",
  ...rotationCells(rotation),
  "",
  stateOf(rotation, true),
];

const rotationCells = (rotation: RotationRecord | undefined): string[] => [
  rotation?.promoted ? dayOf(rotation.promoted.at) : "never",
  rotation?.lastProof ? dayOf(rotation.lastProof.provenAt) : "none",
];

function dueText(dueAt: Instant | undefined, now: Instant): string {
  if (dueAt === undefined) return "not known";
  return now > dueAt ? `due since ${dayOf(dueAt)}` : dayOf(dueAt);
}

/** What the table has no room for: why it is held, what failed, how far it has come, what is left to be done. */
function notesOf(tenant: string, rotation: RotationRecord, now: Instant, isConfigured: boolean): string[] {
  const { clientId, held, aftercare } = rotation;
  const name = briefText(clientId, LONGEST_ID);
  const failure = held ? undefined : failedRotation(rotation);
  const steps = failure?.refusal ? refusalSteps(failure.refusal, advised(tenant, rotation)).map(asStep) : [];
  const made = unfinished(rotation);
  const early = earlyNotes(tenant, rotation, name);
  return [
    ...(held
      ? [
          `${name}: held since ${minuteText(held.since)}: ${terminalText(held.message)}`,
          ...(isConfigured && rotation.underWay?.setAt !== undefined ? [HELD_AND_TOLD] : []),
          ...heldSteps(held.refusal, rotation.lastFailure?.code, advised(tenant, rotation)).map(asStep),
        ]
      : []),
    ...(failure
      ? [
          `${name}: ${failure.refusal === null ? "failed" : "refused"} at ${failure.step} (${failure.refusal ?? failure.code}), ${minuteText(failure.at)}: ${terminalText(failure.message)}`,
          ...(failure.cameToNothing === undefined ? [] : ["  nothing came of that version"]),
          ...steps,
        ]
      : []),
    ...(made ? [`${name}: ${unfinishedText(made, rotation)}`] : []),
    ...early,
    ...(isConfigured
      ? early.length > 0
        ? []
        : goOn(tenant, clientId, { failure, steps }, made)
      : [`${name}: ${NOT_CONFIGURED}`]),
    ...aftercare.filter(concernsPeople).map((care) => `${name}: ${careText(care, rotation, now, isConfigured)}`),
    ...(aftercare.some(({ overdueSince }) => overdueSince !== undefined) ? [OVERDUE] : []),
    ...aftercare
      .filter(isOpen)
      .flatMap(({ failure }) =>
        failure
          ? [`${name}: what is left failed last at ${minuteText(failure.at)}: ${terminalText(failure.message)}`]
          : [],
      ),
  ];
}

/** That applications are refused, and what to do about it. */
function earlyNotes(tenant: string, rotation: RotationRecord, name: string): string[] {
  const since = earlySince(rotation);
  if (since === undefined || !rotation.underWay) return [];
  const { version } = rotation.underWay;
  return [
    `${name}: AWSCURRENT is on the version ${version}, of which Auth0 was not told, as the audit of ${minuteText(since)} was the first to see: whoever reads AWSCURRENT alone is refused`,
    ...earlySteps(advised(tenant, rotation), version).map(asStep),
    "  more: docs/runbook.md#current-too-early",
  ];
}

const HELD_AND_TOLD =
  "  each audit goes on trying to finish what Auth0 was told of; no other rotation is begun before you resume";

/** The command that goes on with what failed or is under way, unless a step names it already. */
function goOn(
  tenant: string,
  clientId: string,
  { failure, steps }: { failure: RotationFailure | undefined; steps: readonly string[] },
  made: Unfinished | undefined,
): string[] {
  const command = `npx curfew rotate ${terminalText(optionsFor(tenant, clientId))}`;
  if (failure) {
    if (isLast(failure.refusal) || steps.some((step) => step.endsWith(command))) return [];
    return [`  ${failure.cameToNothing === undefined ? "to go on" : "to begin anew"}: ${command}`];
  }
  if (!made) return [];
  return [`  ${made.stage === "ordered" ? "to go on" : "if it hangs"}: ${command}`];
}

/** Neither an audit nor a command goes on with such a credential. */
const NOT_CONFIGURED =
  "it is not in curfew.yaml, so nobody goes on with what is left; put it and the tenant's rotator back and deploy, until it is done";

const OVERDUE = "  what to do: docs/runbook.md#aftercare-overdue";

const advised = (tenant: string, { clientId, arn }: RotationRecord): Advised => ({
  tenant,
  clientId,
  secret: secretNameOf(arn),
});

const asStep = (step: string): string => `  ${terminalText(step)}`;

/** Whether nothing is left to rotate when that is mended. */
const isLast = (refusal: Refusal | null): boolean => refusal !== null && REFUSAL_ADVICE[refusal].goOn === null;

const WAS_REFUSED =
  "Auth0 refused it after it was made current; unless AWSCURRENT is on it by then, the next try brings it to its end.";

function unfinishedText({ version, since, stage }: Unfinished, rotation: RotationRecord): string {
  if (stage === "ordered") return `ordered at ${minuteText(since)}, version ${version}; nothing was heard of it since`;
  const how = rotation.underWay?.wasRefused ? WAS_REFUSED : stageText(stage, rotation, "service");
  return `under way since ${minuteText(since)}, version ${version}: ${how}`;
}

const isUnadopted = ({ rotation, isAdopted }: StatusCredential): boolean =>
  stateOf(rotation, isAdopted) === "not adopted";

const adoptCommand = (tenant: string, { clientId, secret }: StatusCredential): string =>
  `  to adopt it: npx curfew rotate adopt ${terminalText(`${optionsFor(tenant, clientId)} --secret ${secret}`)}`;

const noteLine = (note: string, width: number): string =>
  note.startsWith(" ") ? spoken(note.trimStart(), width, "  ") : spoken(note, width, "", "  ");

/** What is left to be done after a promotion. */
function careText(care: Aftercare, rotation: RotationRecord, now: Instant, isConfigured: boolean): string {
  const then = (what: string): string => (isConfigured ? `; ${what}` : "");
  const old = `the old ${nounOf(rotation)}${care.oldKey ? ` ${briefText(care.oldKey.kid, LONGEST_ID)}` : ""}`;
  if (care.notProvable !== undefined) {
    return `${old}${care.ending === undefined ? " cannot be proven dead" : ""}: ${terminalText(care.notProvable)}`;
  }
  if (care.overdueSince !== undefined) {
    return `${old} is ${isStillAccepted(care) ? "still accepted" : "not proven dead"}; it should be dead since ${minuteText(care.overdueSince)}`;
  }
  if (care.oldKey && care.from > now) {
    return `${old} stays accepted until ${minuteText(care.from)}${then("then an audit removes it")}`;
  }
  if (care.oldKey && care.goneAt === undefined) return `${old} is to be removed${then("the next audit does that")}`;
  return `${old} is not proven dead yet${then("every audit goes on with it")}`;
}

/** Label and value a line; what is empty is left out. */
function block(row: readonly string[], width: number): string {
  const longest = Math.max(...HEAD.map((label) => label.length));
  return row
    .flatMap((value, index) => {
      const label = HEAD[index] ?? "";
      const hanging = " ".repeat(longest + 2);
      return value === "" ? [] : [wrapped(`${label.padEnd(longest)}  ${value}`, width, "", hanging)];
    })
    .join("\n");
}

const dayOf = (at: Instant): string => new Date(at).toISOString().slice(0, 10);
