import { Duration, RemovalPolicy } from "aws-cdk-lib";
import {
  BlockPublicAccess,
  Bucket,
  BucketEncryption,
  type IBucket,
  ObjectLockRetention,
  ObjectOwnership,
} from "aws-cdk-lib/aws-s3";
import { Construct } from "constructs";
import { acknowledge } from "./acknowledge.ts";

/** How long it is kept who read and wrote evidence. */
const ACCESS_LOG_DAYS = 400;

/**
 * Inventories, results and reports, as they were on the day. Nobody changes or removes a version before its time,
 * unless by a permission that is made for that (`s3:BypassGovernanceRetention`); afterwards they go by themselves.
 */
export class EvidenceBucket extends Construct {
  readonly bucket: Bucket;

  constructor(scope: Construct, id: string, { retentionDays }: { retentionDays: number }) {
    super(scope, id);
    const common = {
      blockPublicAccess: BlockPublicAccess.BLOCK_ALL,
      objectOwnership: ObjectOwnership.BUCKET_OWNER_ENFORCED,
      encryption: BucketEncryption.S3_MANAGED,
      enforceSSL: true,
      removalPolicy: RemovalPolicy.RETAIN,
    };
    const accessLogs = new Bucket(this, "AccessLogs", {
      ...common,
      lifecycleRules: [{ expiration: Duration.days(ACCESS_LOG_DAYS) }],
    });
    acknowledge(accessLogs, {
      S1: "AccessLogs is where the access logs of the evidence bucket go; logging access to it would never end.",
    });
    this.bucket = new Bucket(this, "Bucket", {
      ...common,
      versioned: true,
      objectLockEnabled: true,
      objectLockDefaultRetention: ObjectLockRetention.governance(Duration.days(retentionDays)),
      serverAccessLogsBucket: accessLogs as IBucket, // CDK is not typed for exactOptionalPropertyTypes
      // The first rule hides what is past its time, the others remove what is hidden: S3 keeps locked versions anyway.
      lifecycleRules: [
        {
          expiration: Duration.days(retentionDays + 1),
          noncurrentVersionExpiration: Duration.days(1),
          abortIncompleteMultipartUploadAfter: Duration.days(1),
        },
        { expiredObjectDeleteMarker: true },
      ],
    });
  }
}
