import type { Cloud } from "../../../lib/sandbox/cloud/start-cloud.ts";

/** How often each alert arrived: by address and id, Slack among the addresses. */
export type Told = ReadonlyMap<string, number>;

/** A place in what has arrived so far. */
export interface Mark {
  mails: number;
  messages: number;
}

export const markOf = ({ messaging, slack }: Cloud): Mark => ({
  mails: messaging.mails.length,
  messages: slack.messages.length,
});

/** What people were told since then. */
export function toldSince({ messaging, slack }: Cloud, mark: Mark): Told {
  const mails = messaging.mails
    .slice(mark.mails)
    .flatMap(({ kind, to, text }) => (kind === "notification" ? `${to} ${alertIdIn(text)}` : []));
  const messages = slack.messages.slice(mark.messages).map(({ body }) => `slack ${alertIdIn(JSON.stringify(body))}`);
  const counted = Map.groupBy([...mails, ...messages], (each) => each);
  return new Map([...counted].map(([each, times]) => [each, times.length]));
}

/** Every message ends with its alert's id. */
const alertIdIn = (text: string): string => /\bal_[0-9a-f]{24}\b/.exec(text)?.[0] ?? "without an id";

/** Addresses and subjects of the mails since then, digests aside: each of them counts what its own runs found. */
export function subjectsSince({ messaging }: Cloud, mark: Mark): string[] {
  const mails = messaging.mails.slice(mark.mails).filter(({ kind }) => kind === "notification");
  return mails.flatMap(({ to, subject }) => (subject.startsWith("CURFEW Digest") ? [] : [`${to}: ${subject}`])).sort();
}
