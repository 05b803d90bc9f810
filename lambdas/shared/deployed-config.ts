import { readDeployedConfig } from "../../lib/aws/deployed-config.ts";
import type { DeployedConfig } from "../../lib/config/deployed-config.ts";
import { variable } from "./environment.ts";

let read: { key: string; config: Promise<DeployedConfig> } | undefined;

/** The configuration of this deployment; read once by each instance of a function. */
export function deployedConfig(): Promise<DeployedConfig> {
  const key = variable("CURFEW_CONFIG_KEY");
  if (read?.key !== key) {
    const config = readDeployedConfig(variable("CURFEW_CONFIG_BUCKET"), key);
    read = { key, config };
    config.catch(() => {
      read = undefined; // the next invocation tries again
    });
  }
  return read.config;
}
