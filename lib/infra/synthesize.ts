import { App, type AppProps, Validations } from "aws-cdk-lib";
import type { CloudAssembly } from "aws-cdk-lib/cx-api";
import { AwsSolutionsChecks } from "cdk-nag";
import { CATALOGUE } from "../checks/catalogue.ts";
import { loadConfig } from "../config/load.ts";
import { CurfewError } from "../model/curfew-error.ts";
import { CurfewStack } from "./curfew-stack.ts";
import { FEATURE_FLAGS } from "./feature-flags.ts";

/**
 * Makes the CloudFormation template of the configuration that the context names, and judges it by cdk-nag's
 * AwsSolutions pack and by the template validator of CDK.
 *
 * @param props of the app; what the CDK command line says is in the environment and need not be given
 * @throws CurfewError `configuration-invalid` with the messages of `curfew config check`, `arguments-invalid` for the
 * context; an error of CDK where the template breaks a rule.
 */
export async function synthesize(props: AppProps = {}): Promise<CloudAssembly> {
  const app = new App({ analyticsReporting: false, ...props, context: { ...FEATURE_FLAGS, ...props.context } });
  const file: unknown = app.node.tryGetContext("config") ?? "curfew.yaml";
  const today = new Date();
  const config = await loadConfig(String(file), { today, catalogue: CATALOGUE, deployed: true });
  const evidenceRetentionDays = retentionDays(app.node.tryGetContext("evidenceRetentionDays"));
  new CurfewStack(app, "Curfew", { config, evidenceRetentionDays, today });
  Validations.of(app).addPlugins(new AwsSolutionsChecks(app));
  return app.synth();
}

/** A year and a month: the audit of a year still finds its first day. */
const RETENTION_DAYS = 400;
/** The longest that S3 takes. Source: Amazon S3 API reference, DefaultRetention: 100 years. */
const MOST_RETENTION_DAYS = 36_500;

function retentionDays(written: unknown): number {
  const days = written === undefined ? RETENTION_DAYS : Number(written);
  if (Number.isInteger(days) && days >= 1 && days <= MOST_RETENTION_DAYS) return days;
  throw new CurfewError(
    "arguments-invalid",
    `The context evidenceRetentionDays must be a whole number of days from 1 to ${MOST_RETENTION_DAYS}.`,
  );
}
