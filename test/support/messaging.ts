import type { AddressInfo } from "node:net";
import { buildApp } from "fauxqs";
import { vi } from "vitest";

/** SNS and SQS on this machine. */
export interface Messaging extends AsyncDisposable {
  endpoint: string;
  /** What a person does with the link in SNS's mail. */
  confirm(address: string): void;
  /** Every request to SNS, as its form fields. */
  requests: Record<string, string>[];
}

/**
 * Starts fauxqs on loopback, and adds what SNS documents and it lacks: a message of the structure `json` reaches a
 * queue as its `sqs` value, and a subscription by mail is listed as `PendingConfirmation` until it is confirmed.
 */
export async function startMessaging(): Promise<Messaging> {
  const app = buildApp({ logger: false });
  const requests: Record<string, string>[] = [];
  const confirmed = new Set<string>();
  app.addHook("preHandler", async (request) => {
    const body = request.body as Record<string, string>;
    if (typeof body?.Action !== "string") return;
    requests.push({ ...body });
    if (body.Action !== "Publish" || body.MessageStructure !== "json") return;
    const message = JSON.parse(body.Message ?? "") as Record<string, string>;
    body.Message = message.sqs ?? message.default ?? "";
  });
  app.addHook("onSend", async (_request, _reply, payload) =>
    typeof payload === "string" && payload.includes("<ListSubscriptionsByTopicResult>")
      ? payload.replace(/<member>[\s\S]*?<\/member>/g, (member) => pendingMember(member, confirmed))
      : payload,
  );
  await app.listen({ host: "127.0.0.1", port: 0 });
  const { port } = app.server.address() as AddressInfo;
  return {
    endpoint: `http://127.0.0.1:${port}`,
    confirm: (address) => void confirmed.add(address),
    requests,
    [Symbol.asyncDispose]: async () => void (await app.close()),
  };
}

function pendingMember(member: string, confirmed: ReadonlySet<string>): string {
  const address = /<Endpoint>(.*?)<\/Endpoint>/.exec(member)?.[1] ?? "";
  if (!member.includes("<Protocol>email</Protocol>") || confirmed.has(address)) return member;
  return member.replace(
    /<SubscriptionArn>.*?<\/SubscriptionArn>/,
    "<SubscriptionArn>PendingConfirmation</SubscriptionArn>",
  );
}

/** What the SDK needs to find the endpoint and nothing else on this machine. */
export const awsEnv = (endpoint: string): Record<string, string> => ({
  AWS_ENDPOINT_URL: endpoint,
  AWS_REGION: "eu-central-1",
  AWS_ACCESS_KEY_ID: "AKIDEXAMPLE",
  AWS_SECRET_ACCESS_KEY: "example",
  AWS_CONFIG_FILE: "/nonexistent",
  AWS_SHARED_CREDENTIALS_FILE: "/nonexistent",
  AWS_EC2_METADATA_DISABLED: "true",
});

/** The same for this process; `vi.unstubAllEnvs()` undoes it. */
export function stubAwsEnv(endpoint: string): void {
  for (const [name, value] of Object.entries(awsEnv(endpoint))) vi.stubEnv(name, value);
}
