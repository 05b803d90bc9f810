import { createHash } from "node:crypto";
import { GetObjectCommand, NoSuchKey, PutObjectCommand } from "@aws-sdk/client-s3";
import type { EvidenceStore } from "../store/evidence-store.ts";
import { bucketFailure } from "./bucket-failure.ts";
import { statusOf } from "./failure-reason.ts";
import { s3Client } from "./s3-client.ts";

/** Keeps evidence in a bucket, whose versioning and Object Lock keep it from being changed. */
export function s3EvidenceStore(bucket: string): EvidenceStore {
  const client = s3Client();

  const put = async (name: string, body: Uint8Array, type: string, condition: { IfNoneMatch?: "*" } = {}) => {
    const object = { Bucket: bucket, Key: name, Body: body, ContentType: type, ...condition };
    const { VersionId } = await client.send(new PutObjectCommand(object));
    return { name, version: VersionId ?? null, sha256: createHash("sha256").update(body).digest("hex") };
  };

  const told = (error: unknown): never => {
    throw bucketFailure(bucket, error);
  };

  return {
    write: (name, body, type) => put(name, body, type).catch(told),
    create: (name, body, type) =>
      put(name, body, type, { IfNoneMatch: "*" }).catch((error) => (isThereAlready(error) ? undefined : told(error))),
    async read(name, version) {
      const wanted = version === undefined || version === null ? {} : { VersionId: version };
      try {
        const { Body } = await client.send(new GetObjectCommand({ Bucket: bucket, Key: name, ...wanted }));
        return await Body?.transformToByteArray();
      } catch (error) {
        return error instanceof NoSuchKey ? undefined : told(error);
      }
    },
  };
}

/** 412: there is one; 409: somebody is writing one. Source: Amazon S3 user guide, "Conditional writes". */
const isThereAlready = (error: unknown): boolean => [409, 412].includes(statusOf(error) ?? 0);
