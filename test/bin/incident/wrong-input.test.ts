import { join } from "node:path";
import { LambdaClient } from "@aws-sdk/client-lambda";
import { Command } from "commander";
import { afterEach, beforeEach, describe, expect, it, vi } from "vitest";
import { addIncidentCommands } from "../../../bin/incident/incident-commands.ts";
import { incidentPlace, namedDesk } from "../../../bin/incident/incident-place.ts";
import { type LeakOptions, leakedLogin, leakRequest, mustBeAsStarted } from "../../../bin/incident/incident-request.ts";
import { type IncidentDeskClient, incidentDesk } from "../../../lib/aws/incident-desk.ts";
import type { TenantConfig } from "../../../lib/config/schema.ts";
import { CurfewError } from "../../../lib/model/curfew-error.ts";
import { temporaryFolder } from "../../support/command-line.ts";

const TENANT = { name: "acme", domain: "acme.eu.auth0.com", credentials: [] } as unknown as TenantConfig;
const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJodHRwczovL2FjbWUuZXUuYXV0aDAuY29tLyIsInN1YiI6ImpvYkBjbGllbnRzIn0.c2ln";
const asked = (options: Partial<LeakOptions>) =>
  leakRequest({ client: "job", reason: "in a log", drill: false, ...options }, TENANT, new AbortController().signal);

describe("what cannot be right is said in one sentence that names the option, before anything is shown", () => {
  it.each<[Partial<LeakOptions>, RegExp]>([
    [{ leakedSince: "2026-02-31" }, /^--leaked-since takes a time as 7d or 12h, a date in UTC/],
    [{ leakedSince: "2026-02-29T04:00Z" }, /^--leaked-since takes/],
    [{ leakedSince: "2026-11-23T04:00" }, /a moment with its zone as 2026-11-23T04:00Z, and not "2026-11-23T04:00"\.$/],
    [{ leakedSince: "99999d" }, /^--leaked-since lies before 2013/],
    [{ leakedSince: "2999-01-01" }, /^--leaked-since lies in the future/],
    [{ client: "a".repeat(500) }, /^--client takes 200 characters at most\.$/],
    [{ reason: "a".repeat(2_001) }, /^--reason takes 2000 characters at most\.$/],
    [{ leakedKey: "a".repeat(2_001) }, /^--leaked-key takes/],
    [{ reason: " " }, /--reason/],
    [{ reason: `in a log: ${TOKEN}` }, /^--reason holds what looks like a secret or a token; say why in words/],
  ])("%j", async (options, message) => {
    await expect(asked(options)).rejects.toMatchObject({
      code: "arguments-invalid",
      message: expect.stringMatching(message),
    });
  });

  it.each(["foo", "http://example.com/", "http://127.0.0.1.example.com/", "ftp://127.0.0.1/"])(
    "a desk at %s: a signed order does not go out in clear",
    (desk) => {
      expect(() => namedDesk({ desk })).toThrow(/^--desk \(CURFEW_DESK\) takes the address of the desk, as https:/);
    },
  );

  it.each(["--tenant", "--client", "--token-file", "--leaked-since"])(
    "two of %s: one would be forgotten",
    async (option) => {
      const program = new Command().exitOverride().configureOutput({ writeErr: () => undefined });
      addIncidentCommands(program, { signal: new AbortController().signal, setExitCode: () => undefined } as never);
      const parsed = program.parseAsync(["revoke", option, "a", option, "b"], { from: "user" });

      await expect(parsed).rejects.toThrow(/given twice/);
    },
  );

  it("a token as the credential that is to be tried: that it is refused would look as if that were dead", async () => {
    await using folder = await temporaryFolder();
    const pasted = [`Bearer ${TOKEN}\n`, `Authorization: Bearer ${TOKEN}`, JSON.stringify({ access_token: TOKEN })];
    for (const text of [TOKEN, TOKEN.slice(0, 40), ...pasted]) {
      await folder.write("old", text);
      const read = leakedLogin(join(folder.path, "old"), "job", TENANT.domain, new AbortController().signal);

      await expect(read).rejects.toThrow(/^--old-secret-file takes .* this is a token .* --token-file\.$/);
    }
  });

  it("a certificate as that: nobody here can log in with one", async () => {
    await using folder = await temporaryFolder();
    await folder.write("old", "-----BEGIN CERTIFICATE-----\nMIIB\n-----END CERTIFICATE-----\n");
    const read = leakedLogin(join(folder.path, "old"), "job", TENANT.domain, new AbortController().signal);

    await expect(read).rejects.toThrow(/^--old-secret-file takes .* certificate \(mTLS\) .*leave it out\.$/);
  });

  it("what an incident is started with, beside --resume: one that is no drill goes on for real", () => {
    const given = { leakedSince: "3h", leakedKey: "k", reason: "r", drill: true };

    expect(() => mustBeAsStarted(given)).toThrow(
      /as it was started; leave out --reason and --leaked-since and --leaked-key and --drill\.$/,
    );
    expect(() => mustBeAsStarted({ drill: false })).not.toThrow();
  });

  it("and what can be is taken as it was given", async () => {
    for (const [leakedSince, hour] of [
      ["2024-02-29", 0],
      ["2024-02-29T04:00Z", 4],
      ["2024-02-29T04:00:00.000+01:00", 3],
    ] as const)
      expect(await asked({ leakedSince })).toMatchObject({ leakedSince: Date.UTC(2024, 1, 29, hour) });
    for (const desk of ["https://x.lambda-url.eu-central-1.on.aws/", "http://127.0.0.1:4401/"])
      expect(namedDesk({ desk })).toEqual({ url: desk });
    expect(namedDesk({ desk: "", table: "t" })).toEqual({ table: "t" });
  });
});

describe("a desk that does not answer", () => {
  const REACHED = { url: "https://desk.example/", table: "t" };
  beforeEach(() => {
    for (const [name, value] of [
      ["AWS_ACCESS_KEY_ID", "A"],
      ["AWS_SECRET_ACCESS_KEY", "s"],
      ["AWS_REGION", "eu-west-1"],
    ] as const)
      vi.stubEnv(name, value);
  });
  afterEach(() => {
    vi.restoreAllMocks();
    vi.unstubAllEnvs();
    vi.unstubAllGlobals();
  });

  it("because a certificate is over is told by the code of that, and a network that is down is not called a desk that is gone", async () => {
    const cause = Object.assign(new Error("it is over"), { code: "CERT_HAS_EXPIRED" });
    vi.stubGlobal("fetch", () => Promise.reject(new TypeError("fetch failed", { cause })));
    const desk = incidentDesk(REACHED, new AbortController().signal);

    await expect(desk.close("fire", "r")).rejects.toThrow("The desk did not answer (CERT_HAS_EXPIRED).");

    const noName = Object.assign(new Error("getaddrinfo ENOTFOUND lambda"), { code: "ENOTFOUND" });
    vi.spyOn(LambdaClient.prototype, "send").mockRejectedValue(noName as never);
    await expect(incidentPlace({ local: false }, new AbortController().signal)).rejects.toMatchObject({
      code: "unreachable",
      message: expect.stringMatching(
        /^AWS did not say where the desk is \(ENOTFOUND\): look to the network.*--local\.$/,
      ),
    });
  });

  it("because it cannot be asked names the region that is missing, and not credentials that are there", async () => {
    vi.stubEnv("AWS_REGION", undefined);
    vi.stubEnv("AWS_CONFIG_FILE", "none");
    const desk = incidentDesk(REACHED, new AbortController().signal);

    await expect(desk.close("fire", "r")).rejects.toThrow(/^No AWS region is set: set AWS_REGION\.$/);
  });

  const ORDERS: [string, (desk: IncidentDeskClient) => Promise<unknown>, string][] = [
    ["revoke", (desk) => desk.start({} as never), "npx curfew incidents"],
    ["approve", (desk) => desk.decide({ incident: "fire" } as never), "npx curfew incidents show fire"],
    ["incidents close", (desk) => desk.close("fire", "r"), "npx curfew incidents show fire"],
    ["refresh-tokens-revoked", (desk) => desk.sayRefreshTokensRevoked("fire", 0), "npx curfew incidents show fire"],
  ];
  it.each(ORDERS)("once %s was sent may have taken it: nothing says that nothing happened", async (_, order, look) => {
    const person = new AbortController();
    const desk = incidentDesk(REACHED, person.signal, "there is --local");
    const told = (start: string) => `${start}, and whether the desk took the order is not known here`;
    const sent = vi.fn<typeof fetch>();
    vi.stubGlobal("fetch", sent);

    sent.mockRejectedValueOnce(new DOMException("too late", "TimeoutError"));
    await expect(order(desk)).rejects.toMatchObject({
      code: "unreachable",
      message: `${told("The desk did not answer (TimeoutError)")}; there is --local. Look: ${look}`,
    });
    for (const code of ["EPIPE", "HPE_INVALID_CONSTANT", "UND_ERR_HEADERS_OVERFLOW"]) {
      sent.mockRejectedValueOnce(
        new TypeError("fetch failed", { cause: Object.assign(new Error("it ended"), { code }) }),
      );
      await expect(order(desk)).rejects.toThrow(told(`The desk did not answer (${code})`));
    }
    sent.mockResolvedValueOnce(new Response("Internal Server Error", { status: 502 }));
    await expect(order(desk)).rejects.toThrow(`${told("The desk failed (status 502)")}; there is --local.`);
    for (const [status, body] of [
      [200, "<html>Log in</html>"],
      [200, '{"ok":true}'],
      [302, ""],
    ] as const) {
      sent.mockResolvedValueOnce(new Response(body, { status }));
      const message = `${told(`The answer is none of the desk's (status ${status})`)}; there is --local. Look: ${look}`;
      await expect(order(desk)).rejects.toMatchObject({ code: "service-failed", message });
    }
    sent.mockImplementationOnce(async () => {
      person.abort(new CurfewError("interrupted", "Interrupted."));
      throw person.signal.reason;
    });
    await expect(order(desk)).rejects.toMatchObject({
      code: "interrupted",
      message: `${told("Interrupted")}. Look: ${look}`,
    });
    await expect(order(desk)).rejects.toThrow(/^Interrupted\.$/); // before it was sent
    expect(sent).toHaveBeenCalledTimes(9);
  });
});
