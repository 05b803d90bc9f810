import { CurfewError } from "../../model/curfew-error.ts";
import { Secret } from "../../model/secret.ts";

/** Source: Slack documentation, "Sending messages using incoming webhooks" and "GovSlack". */
const HOSTS: readonly string[] = ["hooks.slack.com", "hooks.slack-gov.com"];

/** A sandbox's webhook is on this machine. */
const LOOPBACK: readonly string[] = ["127.0.0.1", "[::1]", "localhost"];

/**
 * Takes the URL of an incoming webhook out of a secret. Whoever has it can post, so it stays a secret; and alerts
 * tell what is weak, so they go to Slack over https or to this machine, and nowhere else.
 *
 * @param name what the secret is called, for the error
 * @throws CurfewError `reference-unresolved`, without the URL
 */
export function slackWebhook(secret: Secret, name: string): Secret {
  const text = secret.reveal().trim();
  const url = URL.canParse(text) ? new URL(text) : undefined;
  if (url && isAllowed(url)) return new Secret(url.href);
  throw new CurfewError(
    "reference-unresolved",
    `The secret ${name} does not hold the URL of a Slack webhook, which begins with https://hooks.slack.com/; store that there as plain text.`,
    { detail: name },
  );
}

function isAllowed({ protocol, hostname, port, username, password }: URL): boolean {
  if (username !== "" || password !== "") return false;
  if (LOOPBACK.includes(hostname)) return protocol === "http:" || protocol === "https:";
  return protocol === "https:" && port === "" && HOSTS.includes(hostname);
}
