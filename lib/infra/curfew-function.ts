import { join } from "node:path";
import { type Duration, RemovalPolicy } from "aws-cdk-lib";
import { type IRole, PolicyStatement, type PolicyStatementProps, Role, ServicePrincipal } from "aws-cdk-lib/aws-iam";
import { Architecture, Runtime, Tracing } from "aws-cdk-lib/aws-lambda";
import { NodejsFunction, OutputFormat } from "aws-cdk-lib/aws-lambda-nodejs";
import { LogGroup, RetentionDays } from "aws-cdk-lib/aws-logs";
import type { Asset } from "aws-cdk-lib/aws-s3-assets";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";
import { PROJECT_ROOT } from "./paths.ts";

/** What a Lambda of Curfew needs beside what all of them have. */
export interface CurfewFunctionProps {
  /** The file in `lambdas/`, without `.ts`. */
  entry: string;
  description: string;
  /** Where others must know it beforehand; CloudFormation's own when left out. */
  functionName?: string;
  /** Megabytes. Processor time comes with it: a whole core at 1,769. */
  memorySize: number;
  timeout: Duration;
  environment?: Record<string, string>;
  /** The configuration, for a function that reads it. */
  config?: Asset;
}

/** Some dependencies are CommonJS and ask for built-in modules by `require`, which an ES module lacks. */
const REQUIRE = "import{createRequire as __cr}from'node:module';const require=__cr(import.meta.url);";

/**
 * Ways to find credentials that a function never takes: Lambda puts them into the environment, which the SDK looks at
 * first. It loads the others when they are needed, so leaving them out saves 100 KB and changes nothing.
 */
const UNUSED = [
  "@aws-sdk/credential-provider-http",
  "@aws-sdk/credential-provider-ini",
  "@aws-sdk/credential-provider-process",
  "@aws-sdk/credential-provider-sso",
  "@aws-sdk/credential-provider-web-identity",
  "@smithy/credential-provider-imds",
];

/** How long logs are kept: long enough to look into what the ninety-day reports of an auditor ask about. */
export const LOG_RETENTION = RetentionDays.THREE_MONTHS;

/** One Lambda with a log group and a role of its own, which may write there and send traces, and nothing else. */
export class CurfewFunction extends Construct {
  readonly function: NodejsFunction;
  readonly role: IRole;

  constructor(scope: Construct, id: string, props: CurfewFunctionProps) {
    super(scope, id);
    const logGroup = new LogGroup(this, "Logs", { retention: LOG_RETENTION, removalPolicy: RemovalPolicy.DESTROY });
    const role = new Role(this, "Role", { assumedBy: new ServicePrincipal("lambda.amazonaws.com") });
    logGroup.grantWrite(role);
    this.role = role;
    this.function = new NodejsFunction(this, "Function", {
      entry: join(PROJECT_ROOT, "lambdas", `${props.entry}.ts`),
      projectRoot: PROJECT_ROOT,
      depsLockFilePath: join(PROJECT_ROOT, "package-lock.json"),
      description: props.description,
      ...(props.functionName !== undefined && { functionName: props.functionName }),
      runtime: Runtime.NODEJS_24_X,
      architecture: Architecture.ARM_64,
      memorySize: props.memorySize,
      timeout: props.timeout,
      role,
      logGroup,
      tracing: Tracing.ACTIVE,
      awsSdkConnectionReuse: false, // a setting of the SDK's second version
      environment: {
        NODE_OPTIONS: "--enable-source-maps",
        POWERTOOLS_SERVICE_NAME: "curfew",
        POWERTOOLS_METRICS_NAMESPACE: "Curfew",
        ...(props.config && {
          CURFEW_CONFIG_BUCKET: props.config.s3BucketName,
          CURFEW_CONFIG_KEY: props.config.s3ObjectKey,
        }),
        ...props.environment,
      },
      bundling: {
        format: OutputFormat.ESM,
        target: "node24",
        minify: true,
        sourceMap: true,
        sourcesContent: false,
        mainFields: ["module", "main"],
        externalModules: UNUSED, // the SDK itself is bundled: so it starts faster than the runtime's own copy
        banner: REQUIRE,
      },
    });
    if (props.config) this.allow({ actions: ["s3:GetObject"], resources: [objectArn(props.config)] });
    acknowledge(role, {
      "IAM5[Resource::*]": `X-Ray takes traces of ${props.entry} without a resource to name; PutTraceSegments and PutTelemetryRecords only write.`,
    });
  }

  /** Gives the role one more permission. */
  allow(statement: PolicyStatementProps): void {
    this.role.addToPrincipalPolicy(new PolicyStatement(statement));
  }
}

/** Exactly the one object: the bucket of the bootstrap holds the assets of every stack in the account. */
const objectArn = (asset: Asset): string => asset.bucket.arnForObjects(asset.s3ObjectKey);
