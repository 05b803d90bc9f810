import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { AUDITOR, type AuditedSandbox, auditedSandbox } from "../support/audited-sandbox.ts";

/** The auditor's secret, under the name that the examples use. */
export const SECRETS = { CURFEW_ACME_PROD_AUDITOR: AUDITOR.secret };

/** Checks that the tenants of these tests can pass and fail at will; all others are off. */
const JUDGED = ["expiry.session.absolute", "expiry.session.idle"];

const OFF = CATALOGUE.filter(({ id }) => !JUDGED.includes(id)).map(({ id }) => `    ${id}: off`);

/** A configuration as somebody would keep it in a repository. */
const configFor = (origin: string, more = ""): string =>
  `version: 1
tenants:
  - name: acme-prod
    domain: acme.eu.auth0.com
    origin: ${origin}
    plan: enterprise
    auditor: { clientId: ${AUDITOR.clientId}, secret: env:CURFEW_ACME_PROD_AUDITOR }
policy:
  checks:
${OFF.join("\n")}
${more}`;

/** The discard port: nothing listens there. */
const NOBODY = "http://127.0.0.1:9";

interface Situation {
  title: string;
  code: 0 | 1 | 2 | 3;
  settings?: Record<string, unknown>;
  scopes?: string[];
  /** Whether the tenant can be reached; true when left out. */
  isThere?: boolean;
}

const BAD = { session_lifetime: 1_000 };

/** One situation for each exit code of an audit that was not interrupted. */
export const SITUATIONS: readonly Situation[] = [
  { title: "nothing is open", code: 0, settings: {} },
  { title: "a finding is open", code: 1, settings: BAD },
  { title: "something could not be looked at", code: 2, settings: BAD, scopes: ["read:clients"] },
  { title: "no tenant could be audited", code: 3, isThere: false },
];

/** Starts a tenant in some situation and gives the configuration for it. */
export async function inSituation(
  { settings, scopes, isThere = true }: Omit<Situation, "title" | "code">,
  more?: string,
): Promise<AuditedSandbox & { config: string }> {
  const sandbox = await auditedSandbox(
    { rateLimits: false, ...(settings === undefined ? {} : { settings }) },
    { speed: 1, ...(scopes === undefined ? {} : { scopes }) },
  );
  return { ...sandbox, config: configFor(isThere ? sandbox.tenant.origin : NOBODY, more) };
}
