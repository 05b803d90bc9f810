import type { Login } from "../../auth0/login.ts";
import { leversOf, whyUntouched } from "../contain/known-client.ts";
import { type Incident, type StepResult, stoppedAt } from "../incident/incident.ts";
import { recordStep } from "../incident/incidents.ts";
import { nowhereSince } from "../incident/nowhere.ts";
import { NO_LOGIN_WITH_CERTIFICATE } from "../leak/leak-kinds.ts";
import type { IncidentParts } from "../parts.ts";
import { tryIssuance } from "../rotate/issuance.ts";
import type { Trial } from "../rotate/try-leaked.ts";

/**
 * Proves from a person's machine that no new token is given out, by trying what leaked. Without the vault there is
 * nothing else to try with: where nobody gives it, that is not provable, and the leak is not called contained, nor is a
 * drill. What is proven holds from its first moment, until what leaked is seen to get a token.
 *
 * @param leaked what leaked, as a person has given it; it is sent to the tenant's token endpoint and nowhere else
 * @throws CurfewError `store-failed`, `interrupted`
 */
export async function proveLocally(incident: Incident, parts: IncidentParts, leaked: Login | null): Promise<Incident> {
  const record = (result: StepResult) => recordStep(parts.table, incident.id, "prove", result);
  if (leaked === null || incident.drill || leversOf(incident, parts).length === 0)
    return record(untried(incident, parts, leaked));
  const { tokenFor } = parts.tenant;
  const trial = await tryIssuance(incident, leaked, { ...parts, tokenFor });
  const isStillProven = stoppedAt(incident) !== null && trial.came !== "issued";
  return isStillProven ? incident : record(judged(trial));
}

function untried(incident: Incident, parts: IncidentParts, leaked: Login | null): StepResult {
  const at = parts.clock.now();
  if (leversOf(incident, parts).length === 0) {
    return { at, outcome: "not-applicable", message: whyUntouched(incident, parts) ?? NOT_ITS_OWN };
  }
  if (incident.drill && nowhereSince(incident) !== null) {
    return { at, outcome: "not-applicable", message: NOWHERE };
  }
  const { hasCertificate } = incident.leak ?? {};
  if (incident.drill && leaked !== null && !hasCertificate) {
    return { at, outcome: "done", message: "What leaked would be tried, and would get nothing." };
  }
  const missing = [hasCertificate ? NO_LOGIN_WITH_CERTIFICATE : NOT_AT_HAND];
  return { at, outcome: "incomplete", message: NOT_PROVEN, missing, code: null };
}

function judged({ at, came, detail }: Trial): StepResult {
  if (came === "nothing") return { at, outcome: "done", message: "What leaked was tried, and gets no token any more." };
  const missing = {
    issued: `What leaked was tried, and still got a token for ${detail ?? "an API"}.`,
    refused:
      "Auth0 refuses the credential that was given for the proof. If it was replaced since, that is as it should be, and the deployed incident proves the rest; if it was not, it is not the one that leaked. Nothing is proven from here by it.",
    unknown: `Auth0's answers to what leaked tell nothing: ${detail ?? "no reason is known"}.`,
  }[came];
  return { at, outcome: "incomplete", message: NOT_PROVEN, missing: [missing], code: null };
}

const NOT_PROVEN = "It is not proven that no new token is given out.";

const NOT_AT_HAND =
  "That no new token is given out is not provable from here: nobody gave what leaked, to be tried (--old-secret-file).";

const NOWHERE = "There is no such application, so there is nothing that what leaked could be tried for.";

const NOT_ITS_OWN = "What leaked is not the application's own credential: there is nothing to try.";
