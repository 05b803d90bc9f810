import stringWidth from "string-width";
import { describe, expect, it } from "vitest";
import { alertText } from "../../../bin/incident/alert-text.ts";
import { answerText } from "../../../bin/incident/answer-text.ts";
import { incidentJson } from "../../../bin/incident/incident-json.ts";
import { incidentList } from "../../../bin/incident/incident-list.ts";
import { planQuestion, planText } from "../../../bin/incident/incident-plan-text.ts";
import { incidentText } from "../../../bin/incident/incident-text.ts";
import { openedText } from "../../../bin/incident/opened-text.ts";
import { stoppedText } from "../../../bin/incident/where-it-stands.ts";
import type { TenantConfig } from "../../../lib/config/schema.ts";
import type { ErrorCode } from "../../../lib/model/curfew-error.ts";
import type { ActingLogin } from "../../../lib/revocation/acting-login.ts";
import { incidentAlert } from "../../../lib/revocation/alerts/incident-alerts.ts";
import { ASKED_STEPS, askedKey } from "../../../lib/revocation/approvals/asked.ts";
import type { Incident } from "../../../lib/revocation/incident/incident.ts";
import { preserve } from "../../../lib/revocation/incident/preserve.ts";
import { classify } from "../../../lib/revocation/leak/classify.ts";
import { LEAK_ADVICE } from "../../../lib/revocation/leak/leak-kinds.ts";
import type { ApiReading } from "../../../lib/revocation/window/api-looks.ts";
import { CLIENT, DAY, done, HOUR, incidentOf, MINUTE, putIncident, THREE_AM } from "../../revocation/support.ts";
import { memoryTable } from "../../support/memory-table.ts";
import { oneLine, standing } from "./standing.ts";

const UNPROVEN = incidentOf({ window: null, steps: { lock: done(THREE_AM), contain: done(THREE_AM) } });

describe("until when tokens work", () => {
  it("is told as what was, once it is over", async () => {
    const before = await standing(incidentOf(), HOUR);
    const after = await standing(incidentOf(), 2 * DAY);

    expect(oneLine(answerText(before, 100))).toContain("Tokens already out work until 2026-11-24 03:00 UTC");
    expect(oneLine(answerText(after, 100))).toContain("Tokens that were out worked until 2026-11-24 03:00 UTC");
    expect(oneLine(incidentText(after, 100))).toContain("that is over");
    expect(incidentList([before], 200)).not.toContain("(over)");
    expect(incidentList([after], 200)).toContain("2026-11-24 03:00 UTC (over)");
  });

  it("is a bound before the proof, and marked as one", async () => {
    const table = memoryTable();
    const apis = [{ identifier: "https://acme.eu.auth0.com/api/v2/", token_lifetime: 86_400 }];
    await preserve<ApiReading>(table, UNPROVEN, "api-lifetimes", { at: THREE_AM, apis });
    const known = await standing(UNPROVEN, MINUTE, table);

    expect(known.window).toMatchObject({ state: "open", knownUntil: THREE_AM + 30 * DAY + MINUTE });
    const audiencesOf = ({ window }: typeof known) => window?.apis.map(({ audience }) => audience);
    expect(audiencesOf(known)).toContain("https://acme.eu.auth0.com/userinfo");
    expect(audiencesOf(await standing(UNPROVEN, MINUTE))).toContain("/userinfo"); // of a domain that nobody knows yet
    expect(oneLine(incidentText(known, 60))).toMatch(/until 2026-12-23 03:01 UTC at the latest.*That is a bound/);
    expect(incidentList([known], 200)).toContain("2026-12-23 03:01 UTC (a bound)");
    expect(incidentJson(known)).toMatchObject({ window: null, bound: { knownUntil: "2026-12-23T03:01:00.000Z" } });
    expect(oneLine(incidentText(await standing(incidentOf(), HOUR), 60))).not.toContain("bound");
  });

  it("is said to wait for refresh tokens with what ends them and how that is told, the dashboard's way once", async () => {
    const because = ["Users may have logged in; their refresh tokens get new tokens until they are revoked."];
    const window = { state: "open", because, knownUntil: THREE_AM, apis: [], others: 0, tokenUntil: null } as const;
    const told = async (leak: Partial<NonNullable<Incident["leak"]>>, where: Pick<Incident, "isLocal">) => {
      const incident = incidentOf({ window, ...where });
      const open = { ...incident, leak: { ...(incident.leak as NonNullable<Incident["leak"]>), ...leak } };
      const known = await standing(open, MINUTE);
      const mail = incidentAlert(open, { owner: null }, { turn: "contained", at: THREE_AM });
      return [answerText(known, 200), incidentText(known, 200), mail.steps.join(" ")].map(oneLine);
    };

    const here = { kind: "user-token", steps: LEAK_ADVICE["user-token"].steps, isLocal: true } as const;
    for (const { isLocal, ...leak } of [{ isLocal: undefined }, here]) {
      const named = isLocal ? " --local" : "";
      for (const text of await told(leak, isLocal ? { isLocal } : {})) {
        expect(text.split("Authorized Applications").length - 1).toBe(1);
        expect(text).toMatch(new RegExp(`incidents refresh-tokens-revoked ${incidentOf().id}${named}(?! --| [(])`));
      }
    }
  });

  it("is no bound that moves once it is closed without", async () => {
    const known = await standing({ ...UNPROVEN, closedAt: THREE_AM + HOUR }, DAY);

    expect(incidentText(known, 100)).toContain("was never computed");
    expect(incidentList([known], 200)).toContain("never computed");
  });
});

describe("what lets Curfew act where Auth0 refuses the login that acts", () => {
  const answered = async (code: ErrorCode, role: ActingLogin["role"], clientId: string) => {
    const login = { role, clientId: `the-${role}` };
    const lock = { at: THREE_AM, outcome: "incomplete", message: "No.", missing: ["it"], code, login } as const;
    return oneLine(answerText(await standing(incidentOf({ clientId, steps: { lock } }), MINUTE), 100));
  };

  it("is said of the responder: another incident may have locked it", async () => {
    expect(await answered("no-grant", "responder", "job")).toMatch(
      /the responder \(the-responder\), tenants\[\].responder of acme, .*leave it locked: its spare acts.*--local, name the spare.*Else.*> the-responder: authorize it/,
    );
  });

  it.each(["credentials-refused", "no-grant", "missing-scope"] as const)(
    "is said of the spare where the responder leaked, which is to be closed and never opened: %s",
    async (code) => {
      const text = await answered(code, "spareResponder", "the-responder");

      expect(text).toMatch(/the spare responder \(the-spareResponder\).* tenants\[\].spareResponder of acme/);
      expect(text).toContain("> the-responder > Settings > Advanced Settings > Grant Types: clear Client Credentials");
      expect(text).not.toMatch(/tenants\[\].responder|the-responder(?! > (Settings|APIs: write|Credentials))/);
    },
  );
});

it.each([
  ["by Curfew where a rotator can", { clientId: "rot" }, /rotate: it gets a new credential/],
  [
    "by a person where the rotator leaked",
    { clientId: "job" },
    /rotate: NOT by Curfew, since it is the rotator of acme:/,
  ],
  ["by a person where there is no rotator", undefined, /rotate: NOT by Curfew, since acme has no rotator/],
])("says before it begins that the credential is replaced %s", (_, rotator, says) => {
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [], rotator } as unknown as TenantConfig;
  const request = { tenant: "acme", clientId: "job", reason: "r", leakedSince: null, drill: false, token: null };

  expect(oneLine(planText({ request, tenant, isLocal: false, client: undefined }, 100))).toMatch(says);
});

it("says before it begins that a certificate is replaced by people, and that it has no key", () => {
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [] } as unknown as TenantConfig;
  const request = { tenant: "acme", clientId: "job", reason: "r", leakedSince: null, drill: false, token: null };
  const client = { ...CLIENT, certificates: ["cred_7"] };
  const text = oneLine(planText({ request: { ...request, leakedKey: "k" }, tenant, isLocal: true, client }, 100));

  expect(text).toMatch(/What leaked: certificate\. .*has no key k: it does not authenticate with registered keys/);
  expect(text).toMatch(/rotate: NOT by Curfew; people.*take it off/);
  expect(text).not.toMatch(/Secrets Manager|new secret/);
});

const RESPONDER = { responder: { clientId: "job", secret: "env:X" } };
const PUBLIC = { ...CLIENT, appType: "spa", tokenEndpointAuthMethod: "none", grantTypes: ["authorization_code"] };

it.each([
  ["", {}, undefined, true],
  [", and not where that closes nothing either, as of the responder without a spare", RESPONDER, undefined, false],
  [", and not of a public client", {}, PUBLIC, false],
  [", and not of the tenant itself", {}, { ...CLIENT, isGlobal: true }, false],
])("says of a token that nobody can read what to do if it is the client secret%s", (_, login, client, isSaid) => {
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [], ...login } as unknown as TenantConfig;
  const token = {
    form: "opaque",
    audience: [],
    expiresAt: null,
    signature: { status: "unverifiable", why: "it is opaque" },
  };
  const request = { tenant: "acme", clientId: "job", reason: "r", leakedSince: null, drill: false, token } as never;

  const text = oneLine(planText({ request, tenant, isLocal: client !== undefined, client }, 100));
  expect(/If it is the client secret .* leave out --token-file: /.test(text)).toBe(isSaid);
});

describe("what closes an application by hand", () => {
  const lock = { at: THREE_AM, outcome: "incomplete", message: "No.", missing: ["it"], code: "unreachable" } as const;
  const token = { form: "opaque" } as Incident["token"];
  it.each<[string, Partial<Incident>, boolean]>([
    ["where it is not locked", { steps: { lock } }, true],
    ["where nobody could look at it", { steps: { lock }, leak: null }, true],
    ["while nothing was heard of the first step", { steps: {}, leak: null }, true],
    ["and not where that stops nothing", { steps: {}, leak: null, token }, false],
    ["and not in a drill", { steps: { lock }, drill: true }, false],
    ["and not once it is locked", {}, false],
  ])("stands in the answer, in what is shown and in the alert %s", async (_, changes, isTold) => {
    const incident = incidentOf(changes);
    const known = await standing(incident, MINUTE);
    const turn = { turn: "not-contained", at: THREE_AM, missing: ["it"] } as const;
    const mail = incidentAlert(incident, { owner: null }, turn).steps.join(" ");

    for (const text of [answerText(known, 200), incidentText(known, 200), mail])
      expect(/clear Client Credentials.* APIs: write down.* rotate the secret/.test(oneLine(text))).toBe(isTold);
  });
});

describe("a drill", () => {
  it("does not say how it ends before it has ended", async () => {
    const early = await standing({ ...UNPROVEN, drill: true, steps: { lock: done(THREE_AM) } }, MINUTE);
    const text = oneLine(answerText(early, 60));

    expect(text).toMatch(/^DRILL, under way: job would be locked by now\. .*not known yet\. Nothing is changed\./);
    expect(text).toMatch(/would work until .* as far as is known now/);
    expect(text).not.toContain("would NOT be contained");
  });

  it("says how it has ended", async () => {
    const ended = await standing(incidentOf({ drill: true }), HOUR);
    const open = await standing(
      incidentOf({ drill: true, steps: { lock: done(THREE_AM), prove: done(THREE_AM) } }),
      HOUR,
    );

    expect(answerText(ended, 100)).toMatch(/^DRILL: job would be contained\./);
    expect(answerText(open, 100)).toMatch(/^DRILL: job would NOT be contained\./);
  });

  it("says before and after what would be, and never that it is", async () => {
    const ended = await standing(incidentOf({ drill: true }), HOUR);
    const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [] } as unknown as TenantConfig;
    const request = { tenant: "acme", clientId: "job", reason: "r", leakedSince: null, drill: true, token: null };
    const plan = { request, tenant, isLocal: false, client: undefined };

    for (const text of [planText(plan, 100), incidentText(ended, 100), incidentList([ended], 200)])
      expect(oneLine(text)).not.toMatch(/What leaked|already out work|people can do:|Not contained because/);
    expect(incidentList([ended], 200)).toContain("2026-11-24 03:00 UTC (would)");
    expect(planQuestion(plan)).toEqual({ question: "Walk through it?", otherwise: "walk through it" });
  });
});

const ROW = { askedAt: 0, until: THREE_AM, reminders: 0, taskToken: null, approvals: [], decision: null };

it("what waits for a second person is named, and not where another incident decides it", async () => {
  const table = memoryTable();
  const incident = incidentOf();
  for (const step of ASKED_STEPS) {
    await table.put(askedKey(incident.id, step), { ...ROW, until: THREE_AM + DAY, plan: {}, lines: [], planHash: "" });
  }
  await putIncident(table, incidentOf({ id: "later" }));
  const named = async (changes: Partial<Incident>) => (await standing({ ...incident, ...changes }, 0, table)).waiting;

  expect(await named({})).toHaveLength(2);
  expect(await named({ followedBy: "later" })).toEqual([expect.stringMatching(/key-revocation$/)]);
  await putIncident(table, incidentOf({ id: "over", ended: { at: THREE_AM, by: "sam", reason: "r" } }));
  expect(await named({ followedBy: "over" })).toEqual([expect.stringMatching(/key-revocation$/)]);
  expect(await named({ ended: { at: 0, by: "sam", reason: "r" } })).toEqual([]);
});

it("an alert in a terminal shows addresses as they are, to be copied", () => {
  const turn = { turn: "not-contained", at: THREE_AM, missing: ["cgr_1 for https://orders"] } as const;
  const alert = incidentAlert(incidentOf(), { owner: null }, turn);

  expect(alert.items).toEqual(["cgr_1 for https[:]//orders"]);
  expect(alertText(alert, 100)).toContain("- cgr_1 for https://orders");
});

it("who is asked whether to watch a leak without levers reads that the Management API is closed to others", () => {
  const containment = { networkAcl: { egress: ["203.0.113.7/32"] } };
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [], containment } as unknown as TenantConfig;
  const client = { ...CLIENT, appType: "spa", tokenEndpointAuthMethod: "none", grantTypes: ["implicit"] };
  const request = { tenant: "acme", clientId: "job", reason: "r", leakedSince: null, drill: false, token: null };
  const plan = { request, tenant, client };

  expect(planQuestion({ ...plan, isLocal: false })).toEqual({
    question: "Open the incident, close the Management API to everybody else, and watch?",
    otherwise: "open it, and close the Management API to everybody else",
  });
  expect(planQuestion({ ...plan, isLocal: true }).question).toBe("Open the incident, and watch?");
  expect(oneLine(planText({ ...plan, isLocal: true }, 100))).toContain("- network-acl: NOT from here");
});

describe("an application that Curfew lets alone", () => {
  const responder = { clientId: "resp", secret: "secretsmanager:x" };
  const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [], responder } as unknown as TenantConfig;
  const request = { tenant: "acme", reason: "r", leakedSince: null, drill: false, token: null };
  const own = classify({
    clientId: "resp",
    token: null,
    client: undefined,
    own: { role: "responder", hasSpare: false },
  });
  const tenantItself = classify({ clientId: "all", token: null, client: { ...CLIENT, isGlobal: true }, own: null });

  it("is promised nothing, and what only people can do is said before and after", async () => {
    const plan = { request: { ...request, clientId: "resp" }, tenant, isLocal: false, client: undefined };
    const before = oneLine(planText(plan, 100));
    const known = await standing(incidentOf({ clientId: "resp", leak: own, steps: {}, window: null }), MINUTE);

    expect(before).toMatch(/cannot act against its own responder: .* Nobody acts, and nobody watches/);
    expect(before).not.toMatch(/Curfew closes|Curfew stops|watches, and says/);
    expect(planQuestion(plan)).toEqual({ question: "Open the incident?", otherwise: "open it" });
    for (const text of [before, answerText(known, 100), incidentText(known, 100)]) {
      expect(oneLine(text)).toMatch(/Grant Types: clear Client Credentials.*Store the new credential/);
    }
    expect(oneLine(answerText(known, 100))).toContain("Not done: - Curfew cannot act against its own responder");
  });

  it("is told why once, whatever steps that keeps from their work, and of users nothing that nobody looked at", async () => {
    const why = { at: THREE_AM, outcome: "not-applicable", message: "There is no spare." } as const;
    const steps = { lock: why, "detach-key": why, contain: why, look: { ...why, message: "Nobody looks." } };
    const known = await standing(incidentOf({ clientId: "resp", leak: own, steps, window: null }), MINUTE);
    const text = oneLine(incidentText(known, 100));

    expect(text).toContain("lock, detach-key, contain: not-applicable. There is no spare. 03:00:00 look: ");
    expect(text).toContain("Nobody could see whether users log in");
    expect(text).not.toContain("Users may have logged in");
  });

  it("is never called not locked by an interruption", () => {
    const client = { ...CLIENT, isGlobal: true };
    const plan = planText({ request: { ...request, clientId: "all" }, tenant, isLocal: true, client }, 100);

    expect(oneLine(plan)).toMatch(/Curfew never touches it\. Nothing is taken away.*Ask Auth0's support/);
    expect(plan).not.toContain("lock:");
    expect(stoppedText(incidentOf({ leak: tenantItself, steps: {} }), {})).toMatch(/^NOT CONTAINED, and interrupted\./);
  });
});

describe("an id that no application has", () => {
  it("is told with what to do, and once", async () => {
    const at = THREE_AM;
    const lock = { at, outcome: "not-applicable", message: "There is no application job in this tenant." } as const;
    const known = await standing(incidentOf({ steps: { lock, prove: lock }, window: null }), MINUTE);
    const text = oneLine(answerText(known, 100));

    expect(text).toMatch(/real application is untouched; start again with the right id.*incidents close/);
    expect(text).not.toContain("Users may have logged in");
    expect(text.split("Not done:")[1]?.split("Do now")[0]).toBe(" - There is no application job in this tenant. ");
    expect(oneLine(incidentText(known, 60))).toContain("the real application is untouched");
  });
});

describe("what a person is told before", () => {
  it("names the variable that has the old credential afterwards, where Curfew itself reads one", () => {
    const auditor = { clientId: "aud", secret: "env:AUDITOR" };
    const tenant = { name: "acme", domain: "acme.eu.auth0.com", credentials: [], auditor } as unknown as TenantConfig;
    const request = { tenant: "acme", reason: "r", leakedSince: null, drill: false, token: null };
    const text = (clientId: string) =>
      oneLine(planText({ request: { ...request, clientId }, tenant, isLocal: false, client: undefined }, 60));

    expect(text("aud")).toContain("reads its credential from the variable AUDITOR, which has the old one then");
    expect(text("job")).not.toContain("variable");
  });

  it.each([false, true])(
    "names who reads what is replaced, where it is: from this machine it is not ($0)",
    (isLocal) => {
      const job = { clientId: "job", secret: "env:AUDITOR" };
      const credentials = [{ clientId: "job", secret: "apps/job" }];
      const tenant = {
        name: "acme",
        domain: "acme.eu.auth0.com",
        credentials,
        auditor: job,
      } as unknown as TenantConfig;
      const request = { tenant: "acme", reason: "r", leakedSince: null, drill: false, token: null, clientId: "job" };
      const text = oneLine(planText({ request, tenant, isLocal, client: undefined }, 100));

      expect([text.includes("apps/job"), text.includes("has the old one then")]).toEqual([!isLocal, !isLocal]);
    },
  );
});

describe("starting an incident that is open already", () => {
  const first = { openedAt: THREE_AM, openedBy: "dana", reason: "in a repository", leakedSince: null };
  const said = (joined: typeof first | null, leakedSince: number | null = null) =>
    oneLine(
      openedText(
        { incident: "fire", joined, byApprover: false },
        { reason: "in a chat", leakedSince },
        "It goes on.",
        60,
      ),
    );

  it("says so, and that what was said first stands", () => {
    expect(said(null)).toBe(" The incident fire is open. It goes on. ");
    expect(said(first)).toBe(
      " The incident fire was open already: dana opened it at 2026-11-23 03:00 UTC. Its first reason stands: in a repository. Yours is in its timeline. It goes on. ",
    );
    const byApprover = openedText(
      { incident: "fire", joined: null, byApprover: true },
      { reason: "r", leakedSince: null },
      "",
      60,
    );
    expect(oneLine(byApprover)).toContain("nothing is given back before another one of them agrees");
    expect(said({ ...first, reason: "in a chat" })).not.toContain("reason");
    expect(said(first, THREE_AM)).toContain(
      "Since when it has leaked stands as it was said first, too: nobody said it.",
    );
  });
});

describe("incidents in a narrow terminal", () => {
  it("fit into it, each with its whole id in one line", async () => {
    const known = [await standing(incidentOf(), HOUR), await standing(UNPROVEN, HOUR)];
    const text = incidentList(known, 60);

    expect(text.split("\n").every((line) => stringWidth(line) <= 60)).toBe(true);
    expect(text.split("\n").filter((line) => line === UNPROVEN.id)).toHaveLength(2);
    expect(text).toContain("NOT contained; job in acme");
    expect(incidentList(known, 200).split("\n")).toHaveLength(3);
  });
});
