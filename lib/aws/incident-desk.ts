import type { LambdaClient } from "@aws-sdk/client-lambda";
import * as z from "zod";
import { CurfewError, type ErrorCode } from "../model/curfew-error.ts";
import type { DeskOrders } from "../revocation/desk/orders.ts";
import type { TrialReport } from "../revocation/desk/requests.ts";
import { INCIDENT_FUNCTIONS } from "../revocation/incident-machine.ts";
import {
  type Asking,
  interrupted,
  notAllowed,
  notFound,
  notSigned,
  notTaken,
  type Ordering,
  unreachable,
} from "./desk-failures.ts";

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
  const order = async <T>(shape: z.ZodType<T>, path: string, said: unknown, incident?: string): Promise<T> => {
    const { url } = await place();
    const look = `npx curfew incidents${incident === undefined ? "" : ` show ${incident}`}`;
    const ordering = { signal, otherwise, look };
    return judged(await send(await connect(), new URL(path, url), JSON.stringify(said), ordering), shape, ordering);
  };
  const tell = async (incident: string, path: string, said: unknown): Promise<void> =>
    void (await order(takenShape, `incidents/${incident}/${path}`, said, incident));
  return {
    place,
    close: (incident, reason) => tell(incident, "close", { reason }),
    start: (request) => order(startedShape, "incidents", request),
    decide: ({ incident, step, decision, planHash }) =>
      order(decidedShape, `incidents/${incident}/${step}/${decision}`, { planHash }, incident),
    reportTrial: (incident, report) => tell(incident, "trial", report),
    sayRefreshTokensRevoked: (incident, at) => tell(incident, "refresh-tokens-revoked", { at }),
  };
}

const takenShape = z.object({ incident: z.string() });
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

/** From the moment at which it is sent, nothing says that nothing happened, unless the desk does. */
async function send(client: LambdaClient, url: URL, body: string, ordering: Ordering): Promise<Answer> {
  const { signal, otherwise } = ordering;
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
  signal.throwIfAborted();
  const within = AbortSignal.any([signal, AbortSignal.timeout(ANSWERS_WITHIN)]);
  return fetch(url, { method: "POST", headers, body, signal: within, redirect: "manual" })
    .then(async (response) => ({ status: response.status, text: await response.text() }))
    .catch((error: unknown) => {
      if (signal.aborted) throw interrupted(ordering);
      throw unreachable(error, ordering);
    });
}

/** As it came, whoever gave it. */
interface Answer {
  status: number;
  text: string;
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

function judged<T>({ status, text }: Answer, shape: z.ZodType<T>, ordering: Ordering): T {
  const body = jsonOf(text);
  const taken = shape.safeParse(body);
  if (status === 200 && taken.success) return taken.data;
  const refused = refusedShape.safeParse(body).data;
  if (refused) throw new CurfewError(CODES[refused.error.code] ?? "request-refused", refused.error.message);
  if (status === 403) throw notAllowed(ordering.otherwise);
  throw notTaken(status, ordering);
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
