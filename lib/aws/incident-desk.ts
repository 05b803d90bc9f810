import type { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { CurfewError, type ErrorCode } from "../model/curfew-error.ts";
import type { DeskOrders } from "../revocation/desk/orders.ts";
import type { TrialReport } from "../revocation/desk/requests.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import { isNetworkCode, reasonOf, statusOf } from "./failure-reason.ts";

/** Ten seconds a try and three tries: a person waits. */
const PATIENCE = { timeout: 10_000, attempts: 3 } as const;

/** The desk may open an incident and start its machine meanwhile. Milliseconds. */
const ANSWERS_WITHIN = 30_000;

/** Where the deployed desk is, and which table it works with. */
export interface DeskPlace {
  url: string;
  table: string;
}

/** The deployed desk, with a person's own AWS credentials. The SDK is loaded at the first use. */
export interface IncidentDeskClient extends DeskOrders {
  /**
   * Asks Lambda where the desk is.
   *
   * @throws CurfewError `arguments-invalid`, `request-refused`, `unreachable`
   */
  place(): Promise<DeskPlace>;
  /** Ends an incident: nobody watches, asks and gives back any more. */
  close(incident: string, reason: string): Promise<void>;
  /** Tells what came of trying what leaked from here: results alone. */
  reportTrial(incident: string, report: TrialReport): Promise<void>;
  /** Says since when the users' refresh tokens are revoked: milliseconds since the epoch. */
  sayRefreshTokensRevoked(incident: string, at: number): Promise<void>;
}

/**
 * Connects to the desk: a Function URL that takes requests signed by IAM. They are signed for the service `lambda`, as
 * Lambda's own client signs, so its signer does. Source: AWS Lambda developer guide, "Invoking Lambda function URLs".
 *
 * @param known what somebody has named; asked for where it is missing
 * @param signal ends requests
 * @param otherwise what helps where the desk cannot be asked at all, as the end of a sentence; empty where nothing does
 */
export function incidentDesk(known: Partial<DeskPlace>, signal: AbortSignal, otherwise = ""): IncidentDeskClient {
  let client: Promise<LambdaClient> | undefined;
  const connect = (): Promise<LambdaClient> => {
    client ??= lambdaClient();
    return client;
  };
  let found: Promise<DeskPlace> | undefined;
  const place = (): Promise<DeskPlace> => {
    found ??= placeOf(known, connect, { signal, otherwise });
    return found;
  };
  const post = async (path: string, order: unknown): Promise<unknown> => {
    const { url } = await place();
    return send(await connect(), new URL(path, url), JSON.stringify(order), { signal, otherwise });
  };
  return {
    place,
    close: async (incident, reason) => void (await post(`incidents/${incident}/close`, { reason })),
    start: async (order) => startedShape.parse(await post("incidents", order)),
    decide: async ({ incident, step, decision, planHash }) =>
      decidedShape.parse(await post(`incidents/${incident}/${step}/${decision}`, { planHash })),
    reportTrial: async (incident, report) => void (await post(`incidents/${incident}/trial`, report)),
    sayRefreshTokensRevoked: async (incident, at) =>
      void (await post(`incidents/${incident}/refresh-tokens-revoked`, { at })),
  };
}

const startedShape = z.object({
  incident: z.string(),
  joined: z
    .object({ openedAt: z.number(), openedBy: z.string(), reason: z.string(), leakedSince: z.number().nullable() })
    .nullable()
    .default(null), // a desk of an older version does not say it
  byApprover: z.boolean().default(false), // nor that
});
const decidedShape = z.object({ waits: z.boolean() });
const refusedShape = z.object({ error: z.object({ code: z.string(), message: z.string() }) });

async function lambdaClient(): Promise<LambdaClient> {
  const { timeout, attempts } = PATIENCE;
  const sdk = await import("@aws-sdk/client-lambda");
  const requestHandler = { connectionTimeout: timeout, requestTimeout: timeout, throwOnRequestTimeout: true };
  return new sdk.LambdaClient({ maxAttempts: attempts, requestHandler });
}

/** How the desk is asked. */
interface Asking {
  signal: AbortSignal;
  otherwise: string;
}

async function placeOf(
  { url, table }: Partial<DeskPlace>,
  connect: () => Promise<LambdaClient>,
  { signal, otherwise }: Asking,
): Promise<DeskPlace> {
  if (url !== undefined && table !== undefined) return { url, table };
  const sdk = await import("@aws-sdk/client-lambda");
  const FunctionName = INCIDENT_FUNCTIONS.desk;
  try {
    const client = await connect();
    const [address, settings] = await Promise.all([
      url ?? client.send(new sdk.GetFunctionUrlConfigCommand({ FunctionName }), { abortSignal: signal }),
      table ?? client.send(new sdk.GetFunctionConfigurationCommand({ FunctionName }), { abortSignal: signal }),
    ]);
    const place = {
      url: typeof address === "string" ? address : address.FunctionUrl,
      table: typeof settings === "string" ? settings : settings.Environment?.Variables?.CURFEW_TABLE,
    };
    if (place.url !== undefined && place.table !== undefined) return { url: place.url, table: place.table };
  } catch (error) {
    signal.throwIfAborted();
    throw notFound(error, otherwise);
  }
  throw notFound(undefined, otherwise);
}

async function send(client: LambdaClient, url: URL, body: string, { signal, otherwise }: Asking): Promise<unknown> {
  const request = {
    method: "POST",
    protocol: url.protocol,
    hostname: url.hostname,
    ...(url.port === "" ? {} : { port: Number(url.port) }),
    path: url.pathname,
    query: {},
    headers: { host: url.host, "content-type": "application/json" },
    body,
  };
  const { headers } = await signed(client, request).catch((error: unknown) => {
    throw notSigned(error, otherwise);
  });
  const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN)]);
  const answer = await fetch(url, { method: "POST", headers, body, signal: within, redirect: "error" })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((error: unknown) => {
      signal.throwIfAborted();
      throw unreachable(error, otherwise);
    });
  return judged(answer.status, answer.text, otherwise);
}

interface Request {
  method: string;
  protocol: string;
  hostname: string;
  path: string;
  query: Record<string, string>;
  headers: Record<string, string>;
  body: string;
}

/** What Lambda's client would sign with: a request to its API and one to a Function URL differ in the address only. */
async function signed({ config }: LambdaClient, request: Request): Promise<{ headers: Record<string, string> }> {
  const signer = await config.signer();
  return signer.sign(request);
}

function judged(status: number, text: string, otherwise: string): unknown {
  const body = jsonOf(text);
  if (status === 200 && body !== undefined) return body;
  const { data } = refusedShape.safeParse(body);
  if (data) throw new CurfewError(CODES[data.error.code] ?? "request-refused", data.error.message);
  if (status === 403) throw notAllowed(otherwise);
  const retryable = status >= 500 || status === 429;
  throw new CurfewError(
    retryable ? "service-failed" : "request-refused",
    ending(`The desk did not take the order (status ${status})`, otherwise),
    { detail: String(status), retryable },
  );
}

/** What the desk says and what the command line ends by. */
const CODES: Readonly<Record<string, ErrorCode>> = {
  "arguments-invalid": "arguments-invalid",
  "configuration-invalid": "configuration-invalid",
  "not-found": "not-found",
};

function jsonOf(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    return undefined; // judged by its status
  }
}

const ending = (sentence: string, otherwise: string): string =>
  otherwise === "" ? `${sentence}.` : `${sentence}; ${otherwise}.`;

const notAllowed = (otherwise: string): CurfewError =>
  new CurfewError(
    "request-refused",
    ending(
      `AWS does not let you call the desk: your role needs lambda:InvokeFunctionUrl and lambda:InvokeFunction on ${INCIDENT_FUNCTIONS.desk} (docs/revocation.md)`,
      otherwise,
    ),
    { detail: "403" },
  );

const notSigned = (error: unknown, otherwise: string): CurfewError =>
  new CurfewError(
    "request-refused",
    ending(
      `There are no AWS credentials to sign the order with (${reasonOf(error)}): log in to AWS in this shell`,
      otherwise,
    ),
    { detail: reasonOf(error) },
  );

/** The original is not kept as the cause: it may hold the request. What fetch fails with names the network's error. */
function unreachable(error: unknown, otherwise: string): CurfewError {
  const cause = error instanceof TypeError && error.cause !== undefined ? error.cause : error;
  const reason = codeOf(cause) ?? reasonOf(cause);
  return new CurfewError("unreachable", ending(`The desk did not answer (${reason})`, otherwise), {
    detail: reason,
    retryable: true,
  });
}

/** As a certificate that is over has one, or an answer that is no HTTP: they are no codes of the network. */
const codeOf = (error: unknown): string | undefined =>
  error instanceof Error && "code" in error && typeof error.code === "string" && /^[A-Z_]{3,60}$/.test(error.code)
    ? error.code
    : undefined;

function notFound(error: unknown, otherwise: string): CurfewError {
  const reason = error === undefined ? "it has no URL" : reasonOf(error);
  if (reason === "NoRegion")
    return new CurfewError("request-refused", ending("No AWS region is set: set AWS_REGION", otherwise));
  if (reason === "CredentialsProviderError") return notSigned(error, otherwise);
  const named = "name it with --desk and --table as npx cdk deploy printed them";
  if (isNetworkCode(reason) || reason === "TimeoutError")
    return new CurfewError(
      "unreachable",
      ending(
        `AWS did not say where the desk is (${reason}): look to the network and the region, or ${named}`,
        otherwise,
      ),
      { detail: reason },
    );
  const why = statusOf(error) === 404 ? "it is not deployed in this account and region" : reason;
  return new CurfewError(
    "request-refused",
    ending(`The desk ${INCIDENT_FUNCTIONS.desk} was not found (${why}): ${named}`, otherwise),
    { detail: reason },
  );
}
