import type { SecretsManagerClient } from "@aws-sdk/client-secrets-manager";

/** What a case works with: a real client, and secrets that are deleted when the suite ends. */
export interface Conformance {
  readonly client: SecretsManagerClient;
  /** A name that nobody uses yet; a secret of that name is deleted in the end. */
  newName(): string;
  /** A new secret, with a value when one is given. */
  newSecret(value?: string): Promise<NewSecret>;
  /** Repeats a read until what it asserts holds: a change may take a while to be seen everywhere. */
  eventually(assertion: () => Promise<void>): Promise<void>;
}

export interface NewSecret {
  name: string;
  arn: string;
  /** The id of its first version; empty when it has none. */
  version: string;
}

/** One statement about Secrets Manager, which rejects where it does not hold. */
export interface ConformanceCase {
  title: string;
  /** Why it cannot run against a real account; shared with the real service when left out. */
  fakeOnly?: string;
  run(conformance: Conformance): Promise<void>;
}

/** Asserts that a request is refused with one of the exceptions named. */
export async function refused(request: Promise<unknown>, ...names: string[]): Promise<void> {
  const name = await request.then(
    () => "no exception",
    (error: Error) => error.name,
  );
  if (!names.includes(name)) throw new Error(`Expected ${names.join(" or ")}, and there was ${name}.`);
}
