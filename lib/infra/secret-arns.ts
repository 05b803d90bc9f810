import { ArnFormat, Stack } from "aws-cdk-lib";
import type { Construct } from "constructs";

/**
 * The ARNs of the secrets whose name is `name`, which may hold `*`. Secrets Manager appends a hyphen and six
 * characters to every name; six question marks match these alone, where a `*` would also match longer names.
 */
export const secretArns = (scope: Construct, name: string): string => arn(scope, `${name}-??????`);

/**
 * The ARNs of the secrets whose names begin so, also of those that are to be made: which ARN CreateSecret is judged by,
 * with the six characters or without, is not documented.
 */
export const secretsBelow = (scope: Construct, prefix: string): string => arn(scope, `${prefix}*`);

/** The secrets of applications that somebody put under Curfew's care by tagging them `curfew:managed` = `true`. */
export const managedSecrets = (scope: Construct) => ({
  resources: [arn(scope, "*")],
  conditions: { StringEquals: { "secretsmanager:ResourceTag/curfew:managed": "true" } },
});

/** How cdk-nag names a permission on the secrets of that pattern. */
export const secretsFinding = (pattern: string): string =>
  `IAM5[Resource::arn:<AWS::Partition>:secretsmanager:<AWS::Region>:<AWS::AccountId>:secret:${pattern}]`;

const arn = (scope: Construct, resourceName: string): string =>
  Stack.of(scope).formatArn({
    service: "secretsmanager",
    resource: "secret",
    resourceName,
    arnFormat: ArnFormat.COLON_RESOURCE_NAME,
  });
