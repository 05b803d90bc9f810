import type { buildApp } from "fauxqs";

/** The emulator of SNS, SQS and S3, as a program in this process. */
export type Fauxqs = ReturnType<typeof buildApp>;

/** Parameters of an SNS request, as its form carries them. */
export type SnsParameters = Record<string, string>;

/** Calls SNS in this process, past the network and the hooks' limits. Rejects when it refuses. */
export async function callSns(fauxqs: Fauxqs, action: string, parameters: SnsParameters): Promise<string> {
  const { statusCode, body } = await fauxqs.inject({
    method: "POST",
    url: "/",
    headers: { "content-type": "application/x-www-form-urlencoded" },
    payload: new URLSearchParams({ Action: action, Version: "2010-03-31", ...parameters }).toString(),
  });
  if (statusCode !== 200) throw new TypeError(`SNS refused ${action} in the sandbox: ${body}`);
  return body;
}

/** Calls SQS in this process. Rejects when it refuses. */
export async function callSqs<Answer>(fauxqs: Fauxqs, action: string, input: object): Promise<Answer> {
  const { statusCode, body } = await fauxqs.inject({
    method: "POST",
    url: "/",
    headers: { "content-type": "application/x-amz-json-1.0", "x-amz-target": `AmazonSQS.${action}` },
    payload: JSON.stringify(input),
  });
  if (statusCode !== 200) throw new TypeError(`SQS refused ${action} in the sandbox: ${body}`);
  return (body === "" ? {} : JSON.parse(body)) as Answer;
}

/** Makes a bucket. Rejects when S3 refuses. */
export async function createBucket(fauxqs: Fauxqs, name: string): Promise<void> {
  const { statusCode, body } = await fauxqs.inject({ method: "PUT", url: `/${name}` });
  if (statusCode !== 200) throw new TypeError(`S3 refused to make the bucket ${name} in the sandbox: ${body}`);
}

/** The text of the first element of that name in an SNS answer. */
export function elementText(xml: string, name: string): string | undefined {
  return new RegExp(`<${name}>([^<]*)</${name}>`).exec(xml)?.[1];
}

/** Attributes of a topic or subscription as form parameters. */
export function attributeParameters(attributes: Record<string, string>): SnsParameters {
  const entries = Object.entries(attributes).flatMap(([key, value], index) => [
    [`Attributes.entry.${index + 1}.key`, key],
    [`Attributes.entry.${index + 1}.value`, value],
  ]);
  return Object.fromEntries(entries);
}
