import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  CancelRotateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  RotateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { type ConformanceCase, refused } from "../conformance-case.ts";

/** A function that never gets anywhere: rotations begun with it stay pending. */
const STUCK_FUNCTION = "arn:aws:lambda:us-east-1:000000000000:function:stuck";
const WHY = "needs a rotation function in the account";

/** What callers see of a rotation that is under way. */
export const rotationCases: ConformanceCase[] = [
  {
    title: "a rotation announces a pending version without a value",
    fakeOnly: WHY,
    run: async ({ client, newSecret }) => {
      const { name: SecretId, version } = await newSecret("one");
      const input = { SecretId, RotationLambdaARN: STUCK_FUNCTION, RotationRules: { AutomaticallyAfterDays: 1000 } };
      const { VersionId = "" } = await client.send(new RotateSecretCommand(input));
      const described = await client.send(new DescribeSecretCommand({ SecretId }));
      assert.deepEqual(described.VersionIdsToStages, { [version]: ["AWSCURRENT"], [VersionId]: ["AWSPENDING"] });
      assert.deepEqual([described.RotationEnabled, described.RotationLambdaARN], [true, STUCK_FUNCTION]);
      for (const wanted of [{ VersionStage: "AWSPENDING" }, { VersionId }]) {
        const request = client.send(new GetSecretValueCommand({ SecretId, ...wanted }));
        await refused(request, "ResourceNotFoundException");
      }
    },
  },
  {
    title: "another rotation is refused while one is pending; the same token is the same rotation",
    fakeOnly: WHY,
    run: async ({ client, newSecret }) => {
      const { name: SecretId } = await newSecret("one");
      const input = { SecretId, RotationLambdaARN: STUCK_FUNCTION, ClientRequestToken: randomUUID() };
      await client.send(new RotateSecretCommand(input));
      assert.equal((await client.send(new RotateSecretCommand(input))).VersionId, input.ClientRequestToken);
      const other = client.send(new RotateSecretCommand({ SecretId }));
      await refused(other, "InvalidRequestException");
    },
  },
  {
    title: "cancelling switches rotation off, keeps its settings, and leaves the pending version",
    fakeOnly: WHY,
    run: async ({ client, newSecret }) => {
      const { name: SecretId, version } = await newSecret("one");
      const input = { SecretId, RotationLambdaARN: STUCK_FUNCTION, RotationRules: { AutomaticallyAfterDays: 30 } };
      const { VersionId = "" } = await client.send(new RotateSecretCommand(input));
      const cancelled = await client.send(new CancelRotateSecretCommand({ SecretId }));
      assert.equal(cancelled.VersionId, VersionId);
      const described = await client.send(new DescribeSecretCommand({ SecretId }));
      assert.deepEqual([described.RotationEnabled, described.RotationRules], [false, { AutomaticallyAfterDays: 30 }]);
      assert.deepEqual(described.VersionIdsToStages, { [version]: ["AWSCURRENT"], [VersionId]: ["AWSPENDING"] });
    },
  },
];
