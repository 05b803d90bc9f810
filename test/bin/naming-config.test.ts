import { Command, Option } from "commander";
import { expect, it, onTestFinished, vi } from "vitest";
import { configUnnamed, withConfig } from "../../bin/naming-config.ts";
import { namingPlace, withPlace } from "../../bin/naming-place.ts";
import { shellWord } from "../../lib/model/shell-word.ts";

it.each<[string, string, string?]>([
  ["to go on: npx curfew rotate --tenant a", "to go on: npx curfew rotate --config my.yaml --tenant a"],
  ["npx curfew rotate\n  resume --tenant a", "npx curfew rotate\n  resume --config my.yaml --tenant a"],
  ["npx\n  curfew revoke --local", "npx\n  curfew revoke --config my.yaml --local"],
  ["npx curfew audit --tenant a\n  --config my.yaml", "npx curfew audit --tenant a\n  --config my.yaml"],
  ["npx curfew audit\nA file is named by --config", "npx curfew audit --config my.yaml\nA file is named by --config"],
  ["npx curfew audit. Or name --config", "npx curfew audit --config my.yaml. Or name --config"],
  ["npx curfew revoke --local --resume x --config my.yaml", "npx curfew revoke --local --resume x --config my.yaml"],
  [
    "npx curfew rotate status; npx curfew audit --config my.yaml",
    "npx curfew rotate status --config my.yaml; npx curfew audit --config my.yaml",
  ],
  ["Look: npx curfew audit", "Look: npx curfew audit --config my.yaml"],
  ["Look: npx curfew audit", "Look: npx curfew audit --config 'my own.yaml'", "my own.yaml"],
  ...["It was in a log. Dana saw it", "it's out; see\nThe ticket", "'x'. 'y'"].map((reason): [string, string] => {
    const command = `npx curfew revoke --tenant a --reason ${shellWord(reason)} --config my.yaml. Or not`;
    return [command, command];
  }),
  ["npx curfew audit with 'no end. Or --config", "npx curfew audit --config my.yaml with 'no end. Or --config"],
  ["npx curfew revoke --reason 'name --config'", "npx curfew revoke --config my.yaml --reason 'name --config'"],
  ["How it stands: npx curfew incidents show x", "How it stands: npx curfew incidents show x"],
])("names the configuration in what is told: %s", (text, told, config = "my.yaml") => {
  expect(withConfig(text, config)).toBe(told);
});

it.each([
  ["Then start it again: npx curfew\n  revoke --tenant a. Or npx curfew audit --config my.yaml", true],
  ["Then look: npx curfew audit --config my.yaml", false],
  ["How it goes on: npx curfew incidents show x", false],
])("says what to name in commands only where one goes by a configuration and names none: %s", (text, isSaid) => {
  expect(configUnnamed(text) !== "").toBe(isSaid);
});

it.each([
  ["Look: npx curfew incidents", "Look: npx curfew incidents --desk D"],
  ["npx curfew incidents\n  show x --follow", "npx curfew incidents\n  show --desk D x --follow"],
  ["npx curfew approve x restore", "npx curfew approve --desk D x restore"],
  ["npx curfew revoke --tenant a. Or --local", "npx curfew revoke --desk D --tenant a. Or --local"],
  ["npx curfew revoke --config my.yaml\n  --local", "npx curfew revoke --config my.yaml\n  --local"],
  [
    "There is none; npx curfew incidents lists them, and those of this folder with --local.",
    "There is none; npx curfew incidents --desk D lists them, and those of this folder with --local.",
  ],
  [
    "npx curfew incidents --local names it, and npx curfew incidents show ID --local what it took",
    "npx curfew incidents --local names it, and npx curfew incidents show ID --local what it took",
  ],
  ["How it stands: npx curfew rotate status", "How it stands: npx curfew rotate status"],
])("names the desk in what is told, but not of this folder: %s", (text, told) => {
  expect(withPlace(text, "--desk D")).toBe(told);
});

it("refuses beside --local what names the deployed place, and not what the environment names anyway", async () => {
  vi.stubEnv("CURFEW_TABLE", "t");
  onTestFinished(() => void vi.unstubAllEnvs());
  const run = vi.fn(async () => undefined);
  const naming = (...options: string[]) => {
    const place = new Command().option("--local").option("--desk <url>");
    place.addOption(new Option("--table <name>").env("CURFEW_TABLE")).parse(options, { from: "user" });
    return namingPlace(place, { out: () => undefined } as never, run);
  };
  await naming("--local");
  await naming("--desk", "d");
  expect(run).toHaveBeenCalledTimes(2);

  await expect(naming("--local", "--desk", "d", "--table", "t")).rejects.toThrow(/leave out --desk and --table\.$/);
  expect(run).toHaveBeenCalledTimes(2);
});
