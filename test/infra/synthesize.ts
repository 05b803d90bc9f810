import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { synthesize } from "../../lib/infra/synthesize.ts";
import { temporaryFolder } from "../support/command-line.ts";
import { type Template, templateFrom } from "./template.ts";

/** A synthesis takes a second, or ten where other things run as well. */
export const SYNTHESIS_TIMEOUT = 60_000;

/** What a synthesis leaves behind. */
export interface Synthesized {
  template: Template;
  /** What cdk-nag and CDK's validator said, as CDK reports it. */
  report: string;
}

/**
 * The template of a configuration, without bundling any function.
 *
 * @param validated also by CDK's own validator, which takes a second and a half to start
 */
export async function synthesized(
  config: string,
  { validated = false, context = {} }: { validated?: boolean; context?: Record<string, unknown> } = {},
): Promise<Synthesized> {
  await using folder = await temporaryFolder();
  await folder.write("curfew.yaml", config);
  const outdir = join(folder.path, "out");
  using _validation = validation(validated);
  await synthesize({
    outdir,
    context: { "aws:cdk:bundling-stacks": [], config: join(folder.path, "curfew.yaml"), ...context },
  });
  return {
    template: templateFrom(await readFile(join(outdir, "Curfew.template.json"), "utf8")),
    report: await readFile(join(outdir, "validation-report.json"), "utf8"),
  };
}

/** Switches CDK's own validator on or off, which it reads from the environment, until disposed of. */
export function validation(isOn: boolean): Disposable {
  const { CDK_VALIDATION: before } = process.env;
  process.env.CDK_VALIDATION = String(isOn);
  return {
    [Symbol.dispose]: () => {
      if (before === undefined) delete process.env.CDK_VALIDATION;
      else process.env.CDK_VALIDATION = before;
    },
  };
}
