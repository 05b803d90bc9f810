import { afterEach, expect, it, vi } from "vitest";
import { createProgram } from "../../bin/program.ts";

const SECRET = "7f3kQ9xW2mB5vT8zL1pR4sY6uA0e_7f3kQ9xW2mB5vT8zL1pR4sY6uA0e-7f3kQ9";
const TOKEN = "eyJhbGciOiJSUzI1NiJ9.eyJpc3MiOiJhY21lIn0.c2lnbmVk";
/** A secret of one's own choice, which looks like nothing. */
const OWN = "sword='fish'\n9";

const aProgram = () => createProgram({ signal: new AbortController().signal, setExitCode: () => undefined });

/** What is said of a command line before any command begins. */
async function said(...line: string[]): Promise<string> {
  const write = vi.spyOn(process.stderr, "write").mockReturnValue(true);
  await expect(aProgram().parseAsync(line, { from: "user" })).rejects.toThrow();
  const text = write.mock.calls.map(([chunk]) => String(chunk)).join("");
  vi.restoreAllMocks();
  return text;
}

afterEach(() => vi.restoreAllMocks());

const ADOPT = ["rotate", "adopt", "--tenant", "acme", "--client", "abc", "--secret", "apps/a"];

it.each<[string[], string]>([
  [["revoke", `--token=${OWN}`], "error: unknown option '--token'\n"],
  [[...ADOPT, `--secrte=${OWN}`], "error: unknown option '--secrte'\n"],
  [[...ADOPT, OWN], "error: too many arguments for 'adopt'. Expected 0 arguments but got 1.\n"],
  [["revoke", OWN, TOKEN], "error: too many arguments for 'revoke'. Expected 0 arguments but got 2.\n"],
  [["revoke", "--client", SECRET], "error: option '--client <id>' argument is invalid. It looks like a secret"],
  [["revoke", "--leaked-key", `{"d":"${SECRET}"}`], "error: option '--leaked-key <id>' argument is invalid. It looks"],
  [["rotate", "--client", TOKEN], "error: option '--client <id>' argument is invalid. It looks like a secret"],
  [["audit", "--format", `${TOKEN}\n'x' is invalid`], "error: option '--format <format>' argument is invalid. Allowed"],
  [["approve", "fire", SECRET], "error: command-argument value is invalid for argument 'step'. Allowed choices are"],
  [[`-${SECRET}`], "error: unknown option '[secret]'\n"],
  [[TOKEN], "error: unknown command '[secret]'\n"],
  [["revoke", "--tenants", "acme"], "error: unknown option '--tenants'\n(Did you mean --tenant?)\n"],
  [["audit", "--format", "xml"], "error: option '--format <format>' argument 'xml' is invalid. Allowed choices are"],
])("quotes no secret: %j", async (line, sentence) => {
  expect((await said(...line)).slice(0, sentence.length)).toBe(sentence);
});

it.each([
  [["incidents", "shwo", "fire"], 'incidents has no such subcommand; did you mean "show"?'],
  [["incidents", "fire"], "incidents has no such subcommand; there are show, close, refresh-tokens-revoked."],
  [["incidents", "--local", "show", "fire"], "show comes before all options: npx curfew incidents show --…"],
  [["rotate", "--tenant", "acme", OWN], "rotate has no such subcommand; there are "],
  [["checks", "shwo"], 'checks has no such subcommand; did you mean "show"?'],
  [["rotate", "stats", "acme"], 'rotate has no such subcommand; did you mean "status"?'],
])("names the subcommand that was meant: %j", async (line, sentence) => {
  await expect(aProgram().parseAsync(line, { from: "user" })).rejects.toThrow(sentence);
});

it.each(["incidents", "rotate", "checks"])("breaks the help of %s, and lists every option in it", (name) => {
  const help = aProgram()
    .commands.find((command) => command.name() === name)
    ?.helpInformation();

  expect(help).toMatch(/^Usage: curfew \S+ \[options\] \[command\]\n/);
  expect(help).toContain("-h, --help");
  expect(help?.split("\n").filter((line) => line.length > 80)).toEqual([]);
});
