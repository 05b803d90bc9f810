import type { DeskOrders } from "../../lib/revocation/desk/orders.ts";
import { PEOPLE, type Person } from "../../lib/sandbox/story/leak-world.ts";

/**
 * The desk of a laptop, as one of the story's people calls it. The sandbox checks no signature, so this one says who
 * signs and nothing else; `curfew revoke` signs with AWS credentials.
 */
export function deskHere(url: string, person: Person): DeskOrders {
  const authorization = `AWS4-HMAC-SHA256 Credential=${PEOPLE[person].key}/20260101/us-east-1/lambda/aws4_request, SignedHeaders=host, Signature=none`;
  const post = async <T>(path: string, body: unknown): Promise<T> => {
    const answer = await fetch(new URL(path, url), {
      method: "POST",
      headers: { authorization },
      body: JSON.stringify(body),
    });
    if (!answer.ok) throw new Error(`The desk answered ${answer.status}: ${await answer.text()}`);
    return (await answer.json()) as T;
  };
  return {
    start: (order) => post("incidents", order),
    decide: ({ incident, step, decision, planHash }) => post(`incidents/${incident}/${step}/${decision}`, { planHash }),
  };
}
