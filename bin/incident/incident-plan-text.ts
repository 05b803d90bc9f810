import { LOGIN_WORDS, LOGINS } from "../../lib/config/logins.ts";
import { parseReference } from "../../lib/config/references.ts";
import type { LoginConfig, TenantConfig } from "../../lib/config/schema.ts";
import { systemClock } from "../../lib/model/clock.ts";
import { briefText, terminalText } from "../../lib/reports/terminal-text.ts";
import { wrapped } from "../../lib/reports/wrapped.ts";
import { incidentSettings } from "../../lib/revocation/from-config.ts";
import { type Classification, classify, type LeakedClient } from "../../lib/revocation/leak/classify.ts";
import { type Lever, UNTOUCHED } from "../../lib/revocation/leak/leak-kinds.ts";
import { whyKeyStays } from "../../lib/revocation/leak/named-key.ts";
import { momentOf } from "../../lib/revocation/window/window-text.ts";
import type { LeakRequest } from "./incident-request.ts";
import { minuteOf } from "./incident-text.ts";

/** What a person is told before anything is done. */
export interface IncidentPlan {
  request: LeakRequest;
  tenant: TenantConfig;
  /** Whether this machine does it, without AWS. */
  isLocal: boolean;
  /** The application as it is; undefined where nobody has looked. */
  client: LeakedClient | undefined;
}

/** What the leak is, as far as it is known here: the first step looks at the application and knows it better. */
const planLeak = ({ request, tenant, client }: IncidentPlan): Classification =>
  classify({
    clientId: request.clientId,
    token: request.token,
    leakedKey: request.leakedKey,
    client,
    own: incidentSettings(tenant).own.get(request.clientId) ?? null,
  });

/** What will happen, and to whom. */
export function planText(plan: IncidentPlan, width: number): string {
  const { request, tenant, client } = plan;
  const leak = planLeak(plan);
  const name = `${briefText(request.clientId, 80)}${client?.name === undefined ? "" : ` (${briefText(client.name, 60)})`}`;
  const lines = [
    `${request.drill ? "DRILL, nothing is changed: a" : "A"}n emergency revocation of ${name} in ${tenant.name} (${tenant.domain}).`,
    request.drill
      ? `What would have leaked: ${leak.kind}. In an emergency: ${leak.meaning}`
      : `What leaked: ${leak.kind}. ${leak.meaning}`,
    ...(request.leakedSince === null ? [] : [`Leaked since ${minuteOf(request.leakedSince)} UTC, as you say.`]),
    ...tokenLines(request),
    ...(leak.levers.length === 0 ? maybeASecret(plan) : []),
    ...keyLines(plan, leak),
    ...(client ? [] : [plan.isLocal ? NOT_SEEN : NOT_LOOKED]),
    "",
    leak.levers.length === 0
      ? noLevers(leak, request)
      : request.drill
        ? "It would do, without asking again:"
        : "At once, without asking again:",
    ...leak.levers.map((lever) => `- ${leverText(lever, plan, leak)}`),
    ...(leak.shortens.includes("network-acl") ? egressLine(plan) : []),
    ...(leak.levers.length === 0
      ? []
      : ["", request.drill ? "Whom it would hit:" : "Whom it hits:", ...hitLines(plan).map((line) => `- ${line}`)]),
    ...(leak.steps.length === 0
      ? []
      : [
          "",
          request.drill ? "What only people could do in an emergency:" : "What only people can do:",
          ...leak.steps.map((line) => `- ${line}`),
        ]),
  ];
  return `${lines.map((line) => wrapped(terminalText(line), width, "", line.startsWith("-") ? "  " : "")).join("\n")}\n`;
}

/** Whether Curfew can do nothing, and sees nothing: then nobody acts, and nobody watches. */
export const isLeftToPeople = (plan: IncidentPlan): boolean =>
  !plan.request.drill && planLeak(plan).untouched === "own-responder";

/** What a person is asked after that; where nobody can be asked, `otherwise` says what would be done. */
export function planQuestion(plan: IncidentPlan): { question: string; otherwise: string } {
  if (plan.request.drill) return { question: "Walk through it?", otherwise: "walk through it" };
  const leak = planLeak(plan);
  if (isLeftToPeople(plan)) return { question: "Open the incident?", otherwise: "open it" };
  if (leak.levers.length > 0) return { question: "Contain it now?", otherwise: "contain it" };
  return closesNetwork(plan, leak)
    ? { question: `Open the incident, ${CLOSING}, and watch?`, otherwise: `open it, and ${CLOSING}` }
    : { question: "Open the incident, and watch?", otherwise: "open it" };
}

/** What nobody may be surprised by who thinks of watching alone. */
const CLOSING = "close the Management API to everybody else";

const closesNetwork = ({ tenant, isLocal }: IncidentPlan, { shortens }: Classification): boolean =>
  !isLocal && tenant.containment?.networkAcl !== undefined && shortens.includes("network-acl");

/** What nobody can read may be the client secret: where that closes more than its token does. */
function maybeASecret(plan: IncidentPlan): string[] {
  if (plan.request.token?.form !== "opaque") return [];
  return planLeak({ ...plan, request: { ...plan.request, token: null } }).levers.length > 0 ? [MAYBE_A_SECRET] : [];
}

const MAYBE_A_SECRET =
  "If it is the client secret of the application, say no, and leave out --token-file: that closes the application, and this does not.";

const NOT_LOOKED =
  "Nobody has looked at the application from here; the first step does. Where it finds none with this id, a public one, or the one that stands for the tenant itself, it takes nothing away, and says so; where it authenticates with a certificate (mTLS), it gets no new credential.";

const NOT_SEEN =
  "The application could not be looked at beforehand; the first step looks again, and does what is right for what it finds.";

function noLevers({ untouched }: Classification, { drill }: LeakRequest): string {
  if (drill) return untouched ? UNTOUCHED[untouched] : "Curfew could take nothing away that would stop this.";
  if (untouched === undefined) {
    return "Curfew can take nothing away that would stop this; it watches, and says until when it lasts.";
  }
  const watches =
    untouched === "own-responder"
      ? "Nobody acts, and nobody watches: do now what stands below."
      : "Nothing is taken away; it watches, and says until when it lasts.";
  return `${UNTOUCHED[untouched]} ${watches}`;
}

function tokenLines({ token }: LeakRequest): string[] {
  if (!token) return [];
  const { expiresAt, audience, signature } = token;
  const end =
    expiresAt === null
      ? "until when it works it does not say"
      : `it ${expiresAt < systemClock.now() ? "worked" : "works"} until ${momentOf(expiresAt)}`;
  const whom = audience.length === 0 ? "" : `, for ${audience.map((one) => briefText(one, 80)).join(", ")}`;
  const judged = signature.status === "verified" ? "the tenant signed it" : `it could not be checked: ${signature.why}`;
  return [`The token${whom}: ${end}; ${judged}. It stays on this machine; only what it says goes on.`];
}

function keyLines({ request: { leakedKey, token }, client }: IncidentPlan, leak: Classification): string[] {
  if (leakedKey === undefined || leak.levers.length === 0) return [];
  if (!client && !token) return [`The key ${leakedKey}: the first step sees whether the application has it.`];
  const why = whyKeyStays({ leak, leakedKey, steps: {} });
  return why === undefined ? [] : [why];
}

function leverText(
  lever: Lever,
  { isLocal, tenant, request }: IncidentPlan,
  { hasCertificate }: Classification,
): string {
  const texts: Readonly<Record<Lever, string>> = {
    lock: "lock: client_credentials is taken out of its grant types, so it gets no new token for itself.",
    "detach-key": "detach-key: the leaked key is detached; the other one stays.",
    contain: "contain: its grants are written down, and deleted.",
    rotate: hasCertificate
      ? "rotate: NOT by Curfew; people have the certificate revoked, and take it off."
      : isLocal
        ? "rotate: NOT from here; a new credential waits for Secrets Manager."
        : rotateText(tenant, request),
  };
  return texts[lever];
}

/** The rotator cannot replace its own credential, since it is locked by then. */
function rotateText({ name, rotator }: TenantConfig, { clientId }: LeakRequest): string {
  const why = rotator
    ? rotator.clientId === clientId && `it is the rotator of ${name}`
    : `${name} has no rotator in the configuration`;
  return why
    ? `rotate: NOT by Curfew, since ${why}: a person gives it a new credential, and how is told then.`
    : "rotate: it gets a new credential, which goes into Secrets Manager; the old one is proven dead.";
}

function egressLine({ tenant, request, isLocal }: IncidentPlan): string[] {
  const egress = tenant.containment?.networkAcl?.egress;
  if (!egress) return [];
  if (isLocal) return [LEFT_TO_PEOPLE];
  const verb = request.drill ? "would be" : "is";
  const until = request.drill ? "" : ", until the incident is over or access is given back";
  return [
    `- network-acl: the Management API ${verb} closed to everybody but ${egress.map(terminalText).join(", ")}${until}.`,
  ];
}

const LEFT_TO_PEOPLE =
  "- network-acl: NOT from here, it would shut this machine out; people within the configured ranges can make one by hand.";

/** A variable here does not change when the credential does. */
function variableOf(login: LoginConfig | undefined): string {
  const reference = parseReference(login?.privateKey ?? login?.secret ?? "");
  if (reference?.source !== "env") return "";
  return ` This machine reads its credential from the variable ${reference.name}, which has the old one then: set it to the new one, or name the secret that holds it (secretsmanager:) in this configuration.`;
}

function hitLines({ tenant, request, isLocal }: IncidentPlan): string[] {
  const { clientId } = request;
  const own = LOGINS.filter((login) => tenant[login]?.clientId === clientId);
  // From here no credential is replaced, so whoever reads one reads on.
  const secret = isLocal ? undefined : tenant.credentials.find((one) => one.clientId === clientId)?.secret;
  return [
    `Every service that logs in as this application: it ${request.drill ? "would get" : "gets"} errors instead of tokens until ${isLocal ? "somebody gives back by hand what was taken: what it was is in the evidence" : "a second person agrees to give back what was taken"}.`,
    ...(secret === undefined ? [] : [`Everything that reads the secret ${secret} in Secrets Manager.`]),
    ...own.map(
      (login) =>
        `Curfew itself: it is the ${LOGIN_WORDS[login]} of ${tenant.name}.${isLocal ? "" : variableOf(tenant[login])}`,
    ),
    "Not whoever has a token already: that one works until it is over. Until when is said first.",
  ];
}
