import { join } from "node:path";
import type { LambdaOptions } from "../lambda/open-lambda.ts";
import { resourcesOfType } from "./resolve.ts";
import type { ResolvedResource, Template } from "./template.ts";

/** A Lambda of a template, ready for `openLambda`; what it goes by is not the template's to say. */
export interface TemplateLambda extends Required<Omit<LambdaOptions, "time">> {
  logicalId: string;
}

/**
 * The Lambdas of a synthesized template whose code is a bundled asset, with the environment that the template gives
 * them. What the sandbox adds comes on top: `openLambda({ ...lambda, env: { ...lambda.env, ...cloud.env } })`.
 *
 * @param assembly the folder that the app was synthesized to (`cdk.out`)
 */
export function lambdasOf(template: Template, assembly: string): TemplateLambda[] {
  return resourcesOfType(template, "AWS::Lambda::Function").flatMap((resource) => {
    const folder = assetFolder(resource, assembly);
    return folder === undefined ? [] : [toLambda(resource, folder)];
  });
}

/** CDK names a folder after the hash that is also the key of its archive. */
function assetFolder({ properties }: ResolvedResource, assembly: string): string | undefined {
  const { S3Key } = (properties.Code ?? {}) as { S3Key?: unknown };
  const hash = typeof S3Key === "string" ? /^([\da-f]+)\.zip$/.exec(S3Key)?.[1] : undefined;
  return hash === undefined ? undefined : join(assembly, `asset.${hash}`);
}

function toLambda({ logicalId, name, properties }: ResolvedResource, folder: string): TemplateLambda {
  const { Variables = {} } = (properties.Environment ?? {}) as { Variables?: Record<string, unknown> };
  const variables = Object.entries(Variables).map(([variable, value]) => [variable, String(value)]);
  return {
    logicalId,
    name,
    folder,
    env: Object.fromEntries(variables),
    handler: String(properties.Handler ?? "index.handler"),
    // Source of both defaults: the documentation of AWS::Lambda::Function.
    timeout: Number(properties.Timeout ?? 3) * 1000,
    memory: Number(properties.MemorySize ?? 128),
  };
}
