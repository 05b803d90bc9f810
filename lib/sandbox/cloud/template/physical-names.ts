import { ACCOUNT, REGION } from "../account.ts";

/** What a type of resource is called, and what references to it mean. */
interface Naming {
  /** The property with its name. */
  property: string;
  arn(name: string): string;
  /** What `Ref` gives. */
  ref: "name" | "arn" | "url";
}

const regional =
  (service: string, before = "") =>
  (name: string) =>
    `arn:aws:${service}:${REGION}:${ACCOUNT}:${before}${name}`;

const TABLE: Naming = { property: "TableName", arn: regional("dynamodb", "table/"), ref: "name" };

const NAMINGS: Readonly<Record<string, Naming>> = {
  "AWS::DynamoDB::GlobalTable": TABLE,
  "AWS::DynamoDB::Table": TABLE,
  "AWS::IAM::Role": { property: "RoleName", arn: (name) => `arn:aws:iam::${ACCOUNT}:role/${name}`, ref: "name" },
  "AWS::Lambda::Function": { property: "FunctionName", arn: regional("lambda", "function:"), ref: "name" },
  "AWS::S3::Bucket": { property: "BucketName", arn: (name) => `arn:aws:s3:::${name}`, ref: "name" },
  "AWS::SNS::Topic": { property: "TopicName", arn: regional("sns"), ref: "arn" },
  "AWS::SQS::Queue": { property: "QueueName", arn: regional("sqs"), ref: "url" },
  "AWS::SecretsManager::Secret": { property: "Name", arn: regional("secretsmanager", "secret:"), ref: "arn" },
  "AWS::StepFunctions::StateMachine": {
    property: "StateMachineName",
    arn: regional("states", "stateMachine:"),
    ref: "arn",
  },
};

/** Of every other type: good enough to be told apart, and to appear nowhere else. */
const OTHER: Naming = { property: "Name", arn: regional("sandbox"), ref: "name" };

/** How resources of a type are named. */
export function namingOf(type: string): Naming {
  return NAMINGS[type] ?? OTHER;
}

/** A name for a resource whose template gives none. Buckets have no capitals. */
export function defaultName(type: string, logicalId: string): string {
  return type === "AWS::S3::Bucket" ? logicalId.toLowerCase().slice(0, 63) : logicalId;
}

/** The URL of a queue; its host is not the sandbox's, for clients go where the environment sends them. */
export function queueUrl(name: string): string {
  return `https://sqs.${REGION}.amazonaws.com/${ACCOUNT}/${name}`;
}
