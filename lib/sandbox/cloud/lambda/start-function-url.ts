import { randomUUID } from "node:crypto";
import { type Clock, systemClock } from "../../../model/clock.ts";
import { jsonResponse, type Outcome, type SandboxRequest } from "../../http/message.ts";
import { serve } from "../../http/serve.ts";
import { ACCOUNT, REGION } from "../account.ts";
import type { LambdaFunction } from "../state-machine/task-functions.ts";

/** A Function URL with the authentication type AWS_IAM. */
export interface FunctionUrl extends AsyncDisposable {
  /** `http://127.0.0.1:<port>/`: with a slash at its end, as the service gives it. */
  readonly url: string;
}

/** Who may sign requests: the ARN of each identity, by the access key that it signs with. */
export type Callers = Readonly<Record<string, string>>;

/** What the function answers with; an answer without a status is the body of a 200. */
interface Answer {
  statusCode?: number;
  headers?: Record<string, string>;
  body?: string;
}

/**
 * Serves a function at a loopback address, with events as Lambda makes them from HTTP requests (payload version 2.0).
 *
 * Who calls is whoever the access key in the signature's scope belongs to. The signature itself is not checked, and no
 * policy is: on AWS both are done before the function hears of a request. Source: AWS Lambda developer guide,
 * "Invoking Lambda function URLs", "Control access to Lambda function URLs".
 */
export async function startFunctionUrl(
  call: LambdaFunction,
  callers: Callers,
  { clock = systemClock }: { clock?: Clock } = {},
): Promise<FunctionUrl> {
  const server = await serve((request) => answer(call, callers, request, clock.now()));
  return { url: `${server.origin}/`, [Symbol.asyncDispose]: () => server.close() };
}

async function answer(call: LambdaFunction, callers: Callers, request: SandboxRequest, now: number): Promise<Outcome> {
  const key = accessKeyOf(request);
  const arn = key === undefined ? undefined : callers[key];
  if (key === undefined || arn === undefined) return respond(jsonResponse(403, { Message: "Forbidden" }));
  try {
    const { statusCode, headers = {}, body } = (await call(eventOf(request, key, arn, now))) as Answer;
    if (statusCode === undefined) return respond(jsonResponse(200, body));
    return respond({
      status: statusCode,
      headers: { "content-type": "application/json", ...headers },
      body: body ?? "",
    });
  } catch {
    // Whatever a function fails with, whoever asks hears this; why is in its log.
    return respond(jsonResponse(502, { Message: "Internal Server Error" }));
  }
}

const respond = (response: Extract<Outcome, { kind: "answered" }>["response"]): Outcome => ({
  kind: "answered",
  response,
});

const SCOPE = /^AWS4-HMAC-SHA256 Credential=([^/]+)\/\d{8}\/[\w-]+\/lambda\/aws4_request\b/;

const accessKeyOf = ({ headers }: SandboxRequest): string | undefined =>
  SCOPE.exec(headers.get("authorization") ?? "")?.[1];

function eventOf(
  { method, path, query, headers, body, sourceAddress }: SandboxRequest,
  key: string,
  arn: string,
  now: number,
) {
  const [, , , , account = ACCOUNT] = arn.split(":");
  const unsigned = [...headers].filter(([name]) => !/^(authorization|connection)$/.test(name));
  return {
    version: "2.0",
    routeKey: "$default",
    rawPath: path,
    rawQueryString: query.toString(),
    headers: Object.fromEntries(unsigned),
    requestContext: {
      accountId: ACCOUNT,
      apiId: "sandbox",
      authorizer: {
        iam: { accessKey: key, accountId: account, callerId: key, cognitoIdentity: null, userArn: arn, userId: key },
      },
      domainName: `sandbox.lambda-url.${REGION}.on.aws`,
      domainPrefix: "sandbox",
      http: { method, path, protocol: "HTTP/1.1", sourceIp: sourceAddress, userAgent: headers.get("user-agent") ?? "" },
      requestId: randomUUID(),
      routeKey: "$default",
      stage: "$default",
      time: new Date(now).toISOString(),
      timeEpoch: Math.floor(now),
    },
    ...(body === "" ? {} : { body }),
    isBase64Encoded: false,
  };
}
