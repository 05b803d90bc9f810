import { mkdtempSync, rmSync, writeFileSync } from "node:fs";
import { tmpdir } from "node:os";
import { join } from "node:path";
import { Asset } from "aws-cdk-lib/aws-s3-assets";
import type { Construct } from "constructs";
import type { DeployedConfig } from "../config/deployed-config.ts";

/**
 * The validated configuration as one JSON file in the bucket of the CDK bootstrap.
 *
 * However many tenants there are, the template holds its name only: a stack has 500 resources, a policy 10,240
 * characters, an environment 4 KB.
 */
export function configAsset(scope: Construct, config: DeployedConfig): Asset {
  const folder = mkdtempSync(join(tmpdir(), "curfew-"));
  try {
    const path = join(folder, "curfew.json");
    writeFileSync(path, JSON.stringify(config));
    return new Asset(scope, "Config", { path }); // copies the file into the assembly at once
  } finally {
    rmSync(folder, { recursive: true });
  }
}
