import { createServer, type Server } from "node:net";
import { expect, test, vi } from "vitest";
import { curfew, type Run, temporaryFolder } from "../support/command-line.ts";

const DAY = 86_400_000;

const listen = (port: number): Promise<Server> =>
  new Promise((resolve, reject) => {
    const server = createServer().once("error", reject);
    server.listen(port, "127.0.0.1", () => resolve(server));
  });

/** The first of four ports in a row that were free a moment ago. */
async function freePorts(): Promise<number> {
  for (let first = 20_000 + (process.pid % 20_000); ; first += 4) {
    const tried = await Promise.allSettled([0, 1, 2, 3].map((offset) => listen(first + offset)));
    const taken = tried.flatMap((outcome) => (outcome.status === "fulfilled" ? [outcome.value] : []));
    await Promise.all(taken.map((server) => new Promise((done) => server.close(done))));
    if (taken.length === 4) return first;
  }
}

/** What a person at another terminal sees and does while the sandbox runs. */
interface Visit {
  control(method: string, path: string, body?: unknown): Promise<Record<string, unknown>>;
  /** What the command printed on standard output. */
  guide: string;
  /** What it has printed on standard error so far. */
  stderr(): string;
}

/** Runs `curfew sandbox` as long as somebody visits it; gives what it printed. */
async function visited(visit: (visit: Visit) => Promise<void>): Promise<{ stderr: string; code: number | null }> {
  await using folder = await temporaryFolder();
  const port = await freePorts();
  let shown = "";
  const ready = Promise.withResolvers<string>();
  let end: (signal: NodeJS.Signals) => void = () => undefined;
  const running = curfew(["sandbox", "--port", `${port}`], {
    cwd: folder.path,
    onStart: (kill) => {
      end = kill;
    },
    onOutput: (stdout, stderr) => {
      shown = stderr;
      if (stderr.includes("Running; Ctrl-C ends it.")) ready.resolve(stdout);
    },
  });
  running.then(({ stderr }) => ready.reject(new Error(`It ended at once: ${stderr}`)), ready.reject);
  try {
    const guide = await ready.promise;
    const control: Visit["control"] = async (method, path, body) => {
      const text = body === undefined ? {} : { body: JSON.stringify(body) };
      const answer = await fetch(`http://127.0.0.1:${port + 3}${path}`, { method, ...text });
      return (await answer.json()) as Record<string, unknown>;
    };
    await visit({ control, guide, stderr: () => shown });
  } finally {
    end("SIGINT");
  }
  return running;
}

test("the sandbox's one clock moves tenants and audits alike", { timeout: 120_000 }, async () => {
  let started = Number.NaN;
  let tenants = Number.NaN;
  const before = Date.now();

  const { code } = await visited(async ({ control }) => {
    await control("PUT", "/clock", { advance: 30 * DAY });
    const { startedAt } = await control("POST", "/audits", { tenants: ["acquired"] });
    started = Date.parse(String(startedAt));
    tenants = Date.parse(String((await control("GET", "/clock")).now));
  });

  expect(started).toBeGreaterThanOrEqual(before + 30 * DAY);
  expect(started).toBeLessThanOrEqual(tenants);
  expect(code).toBe(130);
});

test("the sandbox shows what people would get by mail and in Slack", { timeout: 120_000 }, async () => {
  const { stderr } = await visited(async ({ control, guide, stderr }) => {
    await control("POST", "/audits", { tenants: ["old-shop"] });
    const [webhook = ""] = /http\S*\/services\/\S+/.exec(guide) ?? [];
    const answer = await fetch(webhook, { method: "POST", body: JSON.stringify({ text: "posted by \u001b[2Jhand" }) });
    expect(answer.status).toBe(200);
    await vi.waitUntil(() => stderr().includes("hand"), { timeout: 10_000 });
  });

  expect(stderr).toMatch(/^Mail to oncall@acme\.example: /m);
  expect(stderr).toMatch(/^In Slack:\n\nCRITICAL old-shop: nightly-export .*\n.*\nSeverity: critical\n/m);
  expect(stderr).toContain("All that is open: npx curfew findings --table ");
  expect(stderr).toContain("In Slack:\n\nposted by \uFFFD[2Jhand\n");
});

test("the sandbox prints all that another terminal needs to rotate", { timeout: 120_000 }, async () => {
  await using folder = await temporaryFolder();
  let rehearsal: Run | undefined;
  let exported: Record<string, string> = {};

  await visited(async ({ guide }) => {
    await folder.write("sandbox.yaml", guide);
    const env = Object.fromEntries(
      [...guide.matchAll(/^# {3}export (\w+)=(.*)$/gm)].map(([, name = "", value = ""]) => [name, value]),
    );
    const [, command = ""] = /^# {3}npx curfew (rotate .*nightly-export)$/m.exec(guide) ?? [];
    rehearsal = await curfew([...command.split(" "), "--dry-run"], { cwd: folder.path, env });
    exported = env;
  });

  for (const name of ["CURFEW_TABLE", "CURFEW_EVIDENCE_BUCKET"]) expect(exported[name]).not.toMatch(/^(undefined)?$/);
  expect(rehearsal).toMatchObject({ code: 0, stderr: "" });
  expect(rehearsal?.stdout).toContain("Auth0 accepts the stored client secret.");
});
