import { secretsManagerSource } from "../lib/aws/secrets-manager-references.ts";
import type { SecretSources } from "../lib/config/references.ts";

/** Where the command line finds secrets: the environment, and Secrets Manager, whose SDK is loaded at its first use. */
export const secretSources = (env: SecretSources["env"] = process.env): SecretSources => ({
  env,
  secretsManager: secretsManagerSource(),
});
