import { CurfewError } from "../../lib/model/curfew-error.ts";
import { terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import type { Asked, AskedStep } from "../../lib/revocation/approvals/asked.ts";
import { planHash } from "../../lib/revocation/approvals/plan-hash.ts";
import { planLines } from "../../lib/revocation/approvals/plan-lines.ts";
import type { Incident } from "../../lib/revocation/incident/incident.ts";
import { momentOf } from "../../lib/revocation/window/window-text.ts";
import { stateOf } from "./incident-text.ts";

/** What somebody is shown before they answer, and the hash of exactly that. */
export interface Shown {
  text: string;
  planHash: string;
}

/**
 * What is asked, whole: nobody agrees to what they have not seen. The plan is told from itself, and its hash is computed
 * here, so whoever changed the words beside it, or the hash, changes nothing of what is agreed to.
 *
 * @throws CurfewError `approval-refused` when the plan is not the one that was asked about, or cannot be shown whole
 */
export function shownToApprover(incident: Incident, step: AskedStep, asked: Asked, width: number): Shown {
  const hash = planHash(asked.plan);
  if (hash !== asked.planHash) throw refused(`is not the one that people were asked about (${hash})`);
  const does = planLines(step, asked.plan);
  if (!does) throw refused("holds what this version cannot show");
  const lines = [
    `${incident.id}: ${stateOf(incident)}; ${incident.clientId} in ${incident.tenant}. Reason: ${incident.reason}`,
    ...(incident.drill ? [NOTHING_COMES_OF_IT] : []),
    ABOUT[step],
    ...does.map((line) => `- ${line}`),
    "What is said about it:",
    ...asked.lines.filter((line) => !does.includes(line)).map((line) => `- ${line}`),
    `Plan ${hash}; an answer counts until ${momentOf(asked.until)}.`,
    ...(asked.decision ? [`It was answered already: ${asked.decision.decision} by ${asked.decision.by}.`] : []),
  ];
  const text = lines.map((line) => `${wrapped(terminalText(line), width, "", line.startsWith("-") ? "  " : "")}\n`);
  return { text: text.join(""), planHash: hash };
}

const NOTHING_COMES_OF_IT =
  "This is a drill: whatever is answered, nothing is given back or revoked. Below is what it would be about.";

const ABOUT: Readonly<Record<AskedStep, string>> = {
  "key-revocation":
    "It asks whether to revoke the key that signed the tokens. That cannot be undone: every token that this key signed stops working wherever keys are read again. Exactly this would be done:",
  restore: "It asks whether to do exactly this, and nothing else:",
};

const refused = (what: string): CurfewError =>
  new CurfewError(
    "approval-refused",
    `The plan in the table ${what}; nothing was answered. Somebody changed it, or this is another version of Curfew than the deployed one: compare it with the alert.`,
  );
