import { readDeployedConfig } from "../../lib/aws/deployed-config.ts";
import type { Config } from "../../lib/config/schema.ts";
import { variable } from "./environment.ts";

let read: { key: string; config: Promise<Config> } | undefined;

/** The configuration of this deployment; read once by each instance of a function. */
export function deployedConfig(): Promise<Config> {
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
