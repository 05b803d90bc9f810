import type { Proposal } from "../approvals/asked.ts";
import type { Incident } from "../incident/incident.ts";
import { readPreserved } from "../incident/preserve.ts";
import { UNTOUCHED } from "../leak/leak-kinds.ts";
import type { IncidentParts } from "../parts.ts";
import type { SigningKey } from "../ports.ts";
import { windowLine } from "../window/window-text.ts";
import type { KeyPlan } from "./key-plan.ts";

/** Whether a key can be revoked, and which; else a sentence that says why not. */
export type KeyProposal = { proposal: Proposal<KeyPlan> } | { none: string };

/**
 * Plans the revocation of the key that signed what leaked: the token's own or, where no token is known, the one that was
 * current at the first look.
 *
 * @throws CurfewError as {@link ResponderTenant.signingKeys}
 */
export async function planKeyRevocation(
  incident: Incident,
  { tenant, table }: Pick<IncidentParts, "tenant" | "table">,
): Promise<KeyProposal> {
  if (!incident.leak?.shortens.includes("key-revocation")) return { none: whyNone(incident) };
  const first = await readPreserved<readonly SigningKey[]>(table, incident, "signing-keys");
  const kid = incident.token ? incident.token.kid : first?.find(({ state }) => state === "current")?.kid;
  if (kid === undefined || kid === null) return { none: NOT_KNOWN };
  const keys = await tenant.signingKeys();
  const state = keys.find((key) => key.kid === kid)?.state ?? "former";
  if (state === "revoked") return { none: `The signing key ${kid} is revoked already.` };
  if (state === "next") return { none: `The signing key ${kid} has signed nothing yet.` };
  if (state === "former") {
    return {
      none: `The signing key ${kid} is neither the current nor the previous one, and Auth0 revokes only the previous one; it is not published any more.`,
    };
  }
  const plan: KeyPlan = { kid, rotatesFirst: state === "current" };
  return { proposal: { plan, lines: keyLines(plan, keys, incident) } };
}

function whyNone({ leak, token }: Incident): string {
  if (leak?.untouched === "own-responder") return UNTOUCHED[leak.untouched];
  if (leak?.untouched && !token) return NOT_STOPPED;
  return token && token.form !== "jwt" ? NOT_READ : NOT_SIGNED;
}

const NOT_READ = "Nobody knows what signed it, because it cannot be read; so no key can be revoked for it.";
const NOT_SIGNED = "What leaked is not signed with a key of the tenant, so revoking one would end nothing.";
const NOT_STOPPED =
  "Nothing stops what leaked from getting the next token, signed with the next key, so revoking one would end nothing.";
const NOT_KNOWN = "Nobody knows which key signed what leaked, so none can be revoked for it.";

/** Source of the effects and of the limit: Auth0 documentation, "Rotate Signing Keys", "Revoke Signing Keys", "Rate Limits". */
function keyLines({ kid, rotatesFirst }: KeyPlan, keys: readonly SigningKey[], { token, window }: Incident): string[] {
  const current = keys.find(({ state }) => state === "current")?.kid ?? "unknown";
  const others = keys.filter((key) => key.kid !== kid && (key.state === "previous" || key.state === "current"));
  const whose = token ? "It signed the token that leaked." : "It was the current one when the incident began.";
  return [
    `REVOKE the signing key ${kid}, which is the ${rotatesFirst ? "current" : "previous"} one. ${whose} This cannot be taken back.`,
    rotatesFirst
      ? "BEFORE, the next key becomes the current one, and the one that is the previous one now can never be revoked after that."
      : `The current key, ${current}, stays.`,
    "BREAKS every token that it signed, of all applications and all users: access tokens and ID tokens are refused wherever somebody checks the key, and services get new ones.",
    "BREAKS consumers that pin the key or its certificate until somebody updates them: SAML and WS-Fed partners, APIs with a key in their settings, caches of the published keys.",
    ...others.map((key) => `KEEPS what ${key.kid} signed, the ${key.state} key: such tokens work until they are over.`),
    `TAKES ${rotatesFirst ? "two" : "one"} of the five writes of signing keys that Auth0 allows a day.`,
    "NOT KNOWN: whether the Management API refuses tokens of a revoked key is not documented. Curfew tries it with its own earlier token, and only then calls the window of that API shorter.",
    `WITHOUT it, what is out works until: ${windowLine(window)}.`,
  ];
}
