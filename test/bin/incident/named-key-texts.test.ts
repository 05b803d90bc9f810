import { describe, expect, it } from "vitest";
import { answerText } from "../../../bin/incident/answer-text.ts";
import { planText } from "../../../bin/incident/incident-plan-text.ts";
import { incidentText } from "../../../bin/incident/incident-text.ts";
import { standingOf } from "../../../bin/incident/standing.ts";
import type { TenantConfig } from "../../../lib/config/schema.ts";
import type { TokenFacts } from "../../../lib/revocation/leak/leaked-token.ts";
import { whyKeyStays } from "../../../lib/revocation/leak/named-key.ts";
import { CLIENT, HOUR, incidentOf, THREE_AM } from "../../revocation/support.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

const oneLine = (text: string): string => text.replaceAll(/\s+/g, " ");

const TOKEN = {
  ...{ form: "jwt", subject: "job@clients", audience: [], expiresAt: null, signature: { status: "verified" } },
} as unknown as TokenFacts;

describe("a key that a person named", () => {
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [] } as unknown as TenantConfig;
  const request = { tenant: "acme", reason: "r", leakedSince: null, drill: false, leakedKey: "nokey" };
  const plan = (client: typeof CLIENT | undefined, token: TokenFacts | null = null) =>
    oneLine(planText({ request: { ...request, clientId: "job", token }, tenant, isLocal: !!client, client }, 100));

  it("is not swallowed where the application authenticates with a secret", async () => {
    const known = await standingOf(incidentOf({ leakedKey: "nokey" }), memoryTable(), virtualClock(THREE_AM + HOUR));

    expect(plan(undefined)).toMatch(/leaked: registered-key.*The key nokey: the first step sees whether .* has it/);
    expect(plan(undefined, TOKEN)).toContain("What leaked is a token: the key nokey is not detached for it.");
    expect(plan(CLIENT)).toContain("The application has no key nokey");
    expect(oneLine(answerText(known, 100))).toContain(
      "The application has no key nokey: it does not authenticate with registered keys",
    );
    expect(oneLine(incidentText(known, 100))).toContain("A key that leaked, as was said: nokey");
    expect(whyKeyStays(incidentOf())).toBeUndefined();
  });
});
