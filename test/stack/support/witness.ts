import { gunzipSync } from "node:zlib";
import type { Deployment } from "../../../lib/sandbox/cloud/deploy.ts";
import type { LambdaHost } from "../../../lib/sandbox/cloud/lambda/open-lambda.ts";
import type { Execution } from "../../../lib/sandbox/cloud/state-machine/run-execution.ts";
import type { Snapshot } from "./stored.ts";

/** Where something secret was seen. */
export interface Sighting {
  place: string;
  secret: string;
}

/** Looks for secrets wherever the deployed audit leaves something. */
export interface Witness {
  /** Looks at table and evidence as they were at some moment. */
  look(snapshot: Snapshot): void;
  /** Looks at everything that stays: logs, messages, executions. */
  lookBack(): void;
  readonly sightings: readonly Sighting[];
  /** Texts looked at, by place. */
  readonly looked: ReadonlyMap<string, number>;
}

/** A JSON Web Token: two parts of base64url JSON. Every token of the sandbox is one. */
export const TOKEN = /eyJ[\w-]{10,}\.eyJ[\w-]{10,}/;

/** What can be looked at beside table and evidence. */
export interface Watched {
  deployment: Deployment;
  lambdas: Readonly<Record<string, Pick<LambdaHost, "output">>>;
  /** Every event and every result of every function so far. */
  exchanged: readonly { name: string; text: string }[];
  executions: readonly Execution[];
}

/**
 * Makes a witness. What SNS and SQS carried is in the events of the poster, in mails and in Slack messages.
 *
 * @param secrets texts that may be nowhere, with what they are
 */
export function witnessOf(stack: Watched, secrets: ReadonlyMap<string, string>): Witness {
  const sightings: Sighting[] = [];
  const looked = new Map<string, number>();
  const lookAt = (place: string, text: string) => {
    looked.set(place, (looked.get(place) ?? 0) + 1);
    for (const [secret, name] of secrets) if (text.includes(secret)) sightings.push({ place, secret: name });
    if (TOKEN.test(text)) sightings.push({ place, secret: "a token" });
  };
  const { deployment, lambdas, exchanged, executions } = stack;
  const { messaging, slack } = deployment.cloud;
  return {
    sightings,
    looked,
    look: ({ rows, objects }) => {
      for (const row of rows) lookAt("rows of the table", JSON.stringify(row));
      for (const [key, { body }] of objects) lookAt("objects in S3", `${key}\n${textOf(key, body)}`);
    },
    lookBack: () => {
      for (const [name, lambda] of Object.entries(lambdas)) {
        for (const line of lambda.output().split("\n")) if (line !== "") lookAt(`log of ${name}`, line);
      }
      for (const { name, text } of exchanged) lookAt(`events and results of ${name}`, text);
      for (const event of executions.flatMap(({ history }) => history)) {
        lookAt("event logs of executions", JSON.stringify(event));
      }
      for (const mail of messaging.mails) lookAt("mails", JSON.stringify(mail));
      for (const { body } of slack.messages) lookAt("Slack messages", JSON.stringify(body));
    },
  };
}

const textOf = (key: string, body: Buffer): string => (key.endsWith(".gz") ? gunzipSync(body) : body).toString("utf8");
