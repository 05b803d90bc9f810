import assert from "node:assert/strict";
import {
  CreateSecretCommand,
  DeleteSecretCommand,
  DescribeSecretCommand,
  type Filter,
  GetSecretValueCommand,
  ListSecretsCommand,
  PutSecretValueCommand,
  RestoreSecretCommand,
  RotateSecretCommand,
  TagResourceCommand,
  UntagResourceCommand,
} from "@aws-sdk/client-secrets-manager";
import { type Conformance, type ConformanceCase, refused } from "../conformance-case.ts";

const DAY = 86_400_000;

/** Names of every secret that passes the filters, page by page. */
async function listed({ client }: Conformance, Filters: Filter[], MaxResults = 100): Promise<string[]> {
  const names: string[] = [];
  let NextToken: string | undefined;
  do {
    const page = await client.send(new ListSecretsCommand({ Filters, MaxResults, NextToken }));
    const secrets = page.SecretList ?? [];
    assert.ok(secrets.length <= MaxResults);
    assert.ok(secrets.every((secret) => !("SecretString" in secret)));
    names.push(...secrets.map(({ Name = "" }) => Name));
    NextToken = page.NextToken;
  } while (NextToken !== undefined);
  return names;
}

/** Tags, listings, deletion and what rotation asks for. */
export const secretCases: ConformanceCase[] = [
  {
    title: "tags are set, overwritten and removed",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId } = await newSecret("one");
      const tagsAre = (expected: [string, string][]) =>
        eventually(async () => {
          const { Tags = [] } = await client.send(new DescribeSecretCommand({ SecretId }));
          const own = Tags.filter(({ Key }) => Key?.startsWith("t:"));
          assert.deepEqual(own.map(({ Key, Value }) => [Key, Value]).toSorted(), expected);
        });
      const tag = (Key: string, Value: string) => ({ Key, Value });
      await client.send(new TagResourceCommand({ SecretId, Tags: [tag("t:a", "1"), tag("t:b", "2")] }));
      await tagsAre([["t:a", "1"], ["t:b", "2"]]); // biome-ignore format: pairs
      await client.send(new TagResourceCommand({ SecretId, Tags: [tag("t:a", "3")] }));
      await client.send(new UntagResourceCommand({ SecretId, TagKeys: ["t:b", "t:absent"] }));
      await tagsAre([["t:a", "3"]]);
    },
  },
  {
    title: "secrets are listed by the beginning of their name, in pages, without values",
    run: async (conformance) => {
      const prefix = `${conformance.newName()}-listed`;
      const names = ["-a", "-b", "-c"].map((ending) => prefix + ending);
      for (const name of names) {
        await conformance.newSecret(); // something else beside them
        await conformance.client.send(new CreateSecretCommand({ Name: name, SecretString: "one" }));
      }
      const filters: Filter[] = [{ Key: "name", Values: [prefix] }];
      try {
        await conformance.eventually(async () => {
          for (const size of [2, 100]) {
            assert.deepEqual((await listed(conformance, filters, size)).toSorted(), names);
          }
        });
      } finally {
        for (const SecretId of names) {
          await conformance.client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
        }
      }
    },
  },
  {
    title: "secrets are listed by the key and the value of a tag",
    run: async (conformance) => {
      const { name: SecretId } = await conformance.newSecret("one");
      const Key = `k-${SecretId}`;
      await conformance.client.send(new TagResourceCommand({ SecretId, Tags: [{ Key, Value: `v-${SecretId}` }] }));
      await conformance.eventually(async () => {
        assert.deepEqual(await listed(conformance, [{ Key: "tag-key", Values: [Key] }]), [SecretId]);
        assert.deepEqual(await listed(conformance, [{ Key: "tag-value", Values: [`v-${SecretId}`] }]), [SecretId]);
        const neither: Filter[] = [
          { Key: "tag-key", Values: [Key] },
          { Key: "name", Values: ["no-such-name"] },
        ];
        assert.deepEqual(await listed(conformance, neither), []);
      });
    },
  },
  {
    title: "a secret marked for deletion keeps its description, gives no value, and can be restored",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId } = await newSecret("one");
      const { DeletionDate } = await client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
      const days = ((DeletionDate?.getTime() ?? 0) - Date.now()) / DAY;
      assert.ok(days > 6.9 && days < 7.1);
      await eventually(async () => {
        const put = new PutSecretValueCommand({ SecretId, SecretString: "two" });
        await refused(client.send(new GetSecretValueCommand({ SecretId })), "InvalidRequestException");
        await refused(client.send(put), "InvalidRequestException");
        const { DeletedDate } = await client.send(new DescribeSecretCommand({ SecretId }));
        assert.ok(DeletedDate instanceof Date);
      });
      const again = client.send(new CreateSecretCommand({ Name: SecretId, SecretString: "one" }));
      await refused(again, "InvalidRequestException");
      await client.send(new RestoreSecretCommand({ SecretId }));
      await eventually(async () => {
        const read = await client.send(new GetSecretValueCommand({ SecretId }));
        assert.equal(read.SecretString, "one");
      });
    },
  },
  {
    title: "a recovery window has 7 to 30 days and cannot be combined with forcing",
    run: async ({ client, newSecret }) => {
      const { name: SecretId } = await newSecret("one");
      const wrong = [
        { RecoveryWindowInDays: 6 },
        { RecoveryWindowInDays: 31 },
        { RecoveryWindowInDays: 7, ForceDeleteWithoutRecovery: true },
      ];
      for (const input of wrong) {
        const request = client.send(new DeleteSecretCommand({ SecretId, ...input }));
        await refused(request, "InvalidParameterException");
      }
    },
  },
  {
    title: "a forced deletion is final, and forcing it again succeeds",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId } = await newSecret("one");
      const force = () => client.send(new DeleteSecretCommand({ SecretId, ForceDeleteWithoutRecovery: true }));
      await force();
      await eventually(() =>
        refused(client.send(new DescribeSecretCommand({ SecretId })), "ResourceNotFoundException"),
      );
      await force();
      const plain = client.send(new DeleteSecretCommand({ SecretId, RecoveryWindowInDays: 7 }));
      await refused(plain, "ResourceNotFoundException");
    },
  },
  {
    title: "rotation needs a function",
    run: async ({ client, newSecret }) => {
      const { name: SecretId } = await newSecret("one");
      const request = client.send(new RotateSecretCommand({ SecretId }));
      await refused(request, "InvalidRequestException");
    },
  },
  {
    title: "a secret that was never rotated has no dates of rotation",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId } = await newSecret("one");
      await eventually(async () => {
        const described = await client.send(new DescribeSecretCommand({ SecretId }));
        const { RotationEnabled, LastRotatedDate, NextRotationDate, LastChangedDate, CreatedDate } = described;
        assert.ok(!RotationEnabled && !LastRotatedDate && !NextRotationDate);
        assert.ok(LastChangedDate instanceof Date && CreatedDate instanceof Date);
      });
    },
  },
];
