#!/usr/bin/env node
/**
 * The CDK app: `npx cdk synth`, `npx cdk deploy`. What it reads from the context (`-c key=value`, or cdk.json):
 *
 * - `config`: the configuration file, `curfew.yaml` when left out;
 * - `evidenceRetentionDays`: how long evidence is kept and locked, 400 when left out.
 */
import { App, Validations } from "aws-cdk-lib";
import { AwsSolutionsChecks } from "cdk-nag";
import { CATALOGUE } from "../lib/checks/catalogue.ts";
import { loadConfig } from "../lib/config/load.ts";
import { CurfewStack } from "../lib/infra/curfew-stack.ts";
import { CurfewError } from "../lib/model/curfew-error.ts";

try {
  const app = new App();
  const file = String(app.node.tryGetContext("config") ?? "curfew.yaml");
  const config = await loadConfig(file, { today: new Date(), catalogue: CATALOGUE, deployed: true });
  new CurfewStack(app, "Curfew", { config, evidenceRetentionDays: 400 });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  app.synth();
} catch (error) {
  if (!(error instanceof CurfewError)) throw error;
  process.stderr.write(`${error.message}\n`);
  process.exitCode = 1;
}
