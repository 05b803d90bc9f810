/**
 * CDK's feature flags for the parts that the stack uses. They stand here and not in cdk.json, so that the template is the
 * same whoever synthesizes it: CDK's command line, a test, or the laptop. The context of the command line wins.
 */
export const FEATURE_FLAGS = {
  "@aws-cdk/aws-iam:minimizePolicies": true,
  "@aws-cdk/aws-lambda:useCdkManagedLogGroup": true,
  "@aws-cdk/aws-s3:createDefaultLoggingPolicy": true,
  "@aws-cdk/aws-s3:publicAccessBlockedByDefault": true,
  "@aws-cdk/aws-s3:serverAccessLogsUseBucketPolicy": true,
  "@aws-cdk/aws-sns-subscriptions:restrictSqsDescryption": true,
  "@aws-cdk/core:annotationsInValidationReport": true,
  "@aws-cdk/core:aspectPrioritiesMutating": true,
  "@aws-cdk/core:checkSecretUsage": true,
  "@aws-cdk/core:enablePartitionLiterals": true,
  "@aws-cdk/core:includePrefixInUniqueNameGeneration": true,
  "@aws-cdk/core:target-partitions": ["aws", "aws-cn"],
  "@aws-cdk/core:validateAgainstDefaultRules": true, // what the template validator finds is an error, not a warning
} as const;
