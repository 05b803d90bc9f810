#!/usr/bin/env node
/**
 * The CDK app: `npx cdk synth`, `npx cdk deploy`. What it reads from the context (`-c key=value`, or cdk.json):
 *
 * - `config`: the configuration file; `curfew.yaml` when left out
 * - `evidenceRetentionDays`: how long evidence is kept and locked; 400 when left out
 *
 * It needs neither an account nor a region: `cdk deploy` takes those of the shell.
 *
 * CDK's command line hands the context over, and `CDK_CONTEXT_JSON` does so without it: `node bin/app.ts` leaves
 * `Curfew.template.json` in the folder `CDK_OUTDIR`. The laptop takes it from there within two seconds (1.3 s of
 * processor time): with `{ "config": …, "aws:cdk:bundling-stacks": [] }` no function is bundled, and
 * `CDK_VALIDATION=false` leaves out CDK's template validator, which takes 1.6 s to start.
 */
import { enableCompileCache } from "node:module";
import { CurfewError } from "../lib/model/curfew-error.ts";

enableCompileCache();

const { synthesize } = await import("../lib/infra/synthesize.ts");
try {
  await synthesize();
} catch (error) {
  process.exitCode = 1;
  if (error instanceof CurfewError) process.stderr.write(`${error.message}\n`);
  else throw error;
}
