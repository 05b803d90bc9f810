import { expect, it } from "vitest";
import { curfew, temporaryFolder } from "./command-line.ts";

it("a process that stays says and ends as one does that runs nothing else", async () => {
  await using folder = await temporaryFolder();
  await folder.write("curfew.yaml", "version: 1\ntenants: oné\n");
  await using elsewhere = await temporaryFolder();
  const lines: [args: string[], cwd: string][] = [
    [["--version"], folder.path],
    [["--nonsense"], folder.path],
    [["config", "check"], folder.path],
    [["config", "check"], elsewhere.path],
    [["checks", "show", "expiry.api.access-token-lifetime"], elsewhere.path],
    [["--version"], folder.path],
  ];

  for (const [args, cwd] of lines) {
    expect(await curfew(args, { cwd }), args.join(" ")).toEqual(await curfew(args, { cwd, isFresh: true }));
  }
});
