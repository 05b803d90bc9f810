import type { Instant } from "../lib/history/history.ts";
import { terminalText } from "../lib/reports/terminal-text.ts";
import { wrapped } from "../lib/reports/wrapped.ts";
import type { DryRun, Obstacle } from "../lib/rotation/dry-run.ts";
import type { KnownCredential } from "../lib/rotation/known-credentials.ts";
import { REFUSAL_ADVICE } from "../lib/rotation/refusal-advice.ts";
import { ageText, sourceText } from "./age-text.ts";
import { concerned, wordFor } from "./concerned.ts";
import type { NamedCredential } from "./rotated-credential.ts";

/** What a rotation would meet, and what is known of the credential's age. */
export interface AgedDryRun extends DryRun {
  known: KnownCredential | undefined;
}

/** What a rotation would do and meet, for a person. */
export function dryRunText(named: NamedCredential, run: AgedDryRun, now: Instant, width: number): string {
  const { tenant, credential } = named;
  const sentence = (text: string): string => wrapped(text, width, "", "  ");
  const item = (text: string): string => wrapped(`- ${text}`, width, "  ", "    ");
  const isFree = run.obstacles.length === 0;
  return `${[
    sentence(`The ${wordFor(credential.kind)} of ${credential.clientId} in ${tenant.name} (${tenant.domain})`),
    sentence(`is stored in ${credential.secret}; ${howOld(run.known, now)}.`),
    "",
    sentence(isFree ? "A rotation would go on:" : "A rotation would NOT go on:"),
    ...run.obstacles.flatMap((obstacle) => obstacleLines(obstacle).map(item)),
    ...findings(run, credential.kind).map(item),
    "",
    "It would concern",
    ...concerned(named).map(item),
    "",
    "Nothing was changed.",
  ].join("\n")}\n`;
}

function howOld(known: KnownCredential | undefined, now: Instant): string {
  if (!known?.age) return "how old it is, is not known: no audit has seen the application yet";
  return `it is ${ageText(known.age, now)} old, known by: ${sourceText(known.age)}`;
}

const obstacleLines = ({ refusal, message }: Obstacle): string[] => [
  terminalText(message),
  ...(refusal ? REFUSAL_ADVICE[refusal].steps : []),
];

/** What was looked at and is in order, or is worth knowing. */
function findings({ stored, pending, record }: DryRun, kind: "client-secret" | "private-key"): string[] {
  const word = wordFor(kind);
  return [
    ...(stored === null ? [] : [`Auth0's answers can be trusted: it refuses a random ${word}.`]),
    ...(stored === "accepted" ? [`Auth0 accepts the stored ${word}.`] : []),
    ...(stored === "refused"
      ? [`Auth0 refuses the stored ${word}, which --overwrite would replace all the same.`]
      : []),
    ...(pending === undefined
      ? []
      : [`A rotation is not finished (version ${pending}): that one would be finished, and no other begun.`]),
    ...(record?.held ? [`Automatic rotation is held: ${terminalText(record.held.message)}`] : []),
  ];
}
