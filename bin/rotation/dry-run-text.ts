import type { Instant } from "../../lib/history/history.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { DryRun, Obstacle, Pending } from "../../lib/rotation/by-hand/dry-run.ts";
import type { KnownCredential } from "../../lib/rotation/credentials/known-credentials.ts";
import { ageText } from "../age-text.ts";
import { spoken } from "../spoken.ts";
import { concerned, LOCAL_FILE, OVERWRITES, wordFor } from "./concerned.ts";
import type { NamedCredential } from "./rotated-credential.ts";
import { refusalAdvice } from "./rotation-outcome.ts";

/** What a rotation would meet, and what is known of the credential's age. */
export interface AgedDryRun extends DryRun {
  known: KnownCredential | undefined;
  /** Whether a secret that was set by hand would be replaced. */
  overwrite: boolean;
}

/** What a rotation would do and meet, for a person. */
export function dryRunText(named: NamedCredential, run: AgedDryRun, now: Instant, width: number): string {
  const { tenant, credential } = named;
  const item = (text: string): string => wrapped(`- ${text}`, width, "  ", "    ");
  const about = `The ${wordFor(credential.kind)} of ${credential.clientId} in ${tenant.name} (${tenant.domain}) is stored in ${credential.secret}; ${howOld(run.known, now)}.`;
  const isFree = run.obstacles.length === 0;
  return `${[
    wrapped(about, width),
    "",
    isFree ? "Nothing is in the way." : "Something is in the way:",
    ...run.obstacles.flatMap(({ refusal, message }) => [
      item(terminalText(message)),
      ...adviceOn(refusal, named).map((step) => spoken(step, width, "    ", "      ")),
    ]),
    "What was looked at:",
    ...findings(run, credential.kind).map(item),
    "It would concern:",
    ...concerned(named).map(item),
    ...(run.overwrite ? [wrapped(OVERWRITES[credential.kind], width)] : []),
    wrapped(LOCAL_FILE, width),
    "Nothing was changed.",
  ].join("\n")}\n`;
}

/** What to do about an obstacle, with the options that name this credential. */
const adviceOn = (refusal: Obstacle["refusal"], { tenant, credential }: NamedCredential): string[] =>
  refusal === null ? [] : refusalAdvice(refusal, { tenant: tenant.name, ...credential });

function howOld(known: KnownCredential | undefined, now: Instant): string {
  if (!known?.age) return "how old it is, is not known: no audit has seen the application yet";
  return `its age is ${ageText(known.age, now)}`;
}

/** What was looked at and is in order, or is worth knowing. */
function findings({ stored, pending, record }: DryRun, kind: "client-secret" | "private-key"): string[] {
  const word = wordFor(kind);
  const former = pending?.former;
  const what = former === undefined ? `the stored ${word}` : `the former ${word} (AWSPREVIOUS, version ${former})`;
  return [
    ...(stored === null
      ? [`Whether Auth0 accepts ${what} is not known.`]
      : [`Auth0's answers can be trusted: it refuses a random ${word}.`, STORED[stored].replace("WHAT", what)]),
    ...(pending ? [pendingText(pending, word, record?.underWay?.setAt !== undefined)] : []),
    ...(record?.held ? [`Automatic rotation is held: ${terminalText(record.held.message)}`] : []),
  ];
}

const STORED: Readonly<Record<NonNullable<DryRun["stored"]>, string>> = {
  accepted: "Auth0 accepts WHAT.",
  refused: "Auth0 refuses WHAT.",
  unknown: "Auth0 does not say whether it accepts WHAT.",
};

function pendingText(pending: Pending, word: string, isTold: boolean): string {
  const { version, former, value, comesToNothing } = pending;
  if (comesToNothing)
    return `A rotation is not finished (version ${version}): it is only brought to its end, and no other is begun.`;
  if (former !== undefined && !isTold) return earlyText(version, value === "accepted");
  const next = "a rotation goes on with that one, and begins no other.";
  if (value === "empty") return `A rotation came to nothing (version ${version} holds no ${word} yet): ${next}`;
  const accepted = value === "accepted" ? `, whose ${word} Auth0 accepts already` : "";
  return `A rotation is not finished (version ${version}${accepted}): ${next}`;
}

/** What a person made current before Auth0 was told of it, and what a rotation does about it. */
const earlyText = (version: string, isAccepted: boolean): string =>
  isAccepted
    ? `AWSCURRENT is on the version ${version}, which Auth0 accepts although no rotation told it: a rotation records that, and begins no other.`
    : `AWSCURRENT is on the version ${version}, of which Auth0 was not told: whoever reads AWSCURRENT alone is refused until a rotation tells it. It begins no other.`;
