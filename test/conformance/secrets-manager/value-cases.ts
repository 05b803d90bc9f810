import assert from "node:assert/strict";
import { randomUUID } from "node:crypto";
import {
  CreateSecretCommand,
  DescribeSecretCommand,
  GetSecretValueCommand,
  PutSecretValueCommand,
  UpdateSecretCommand,
} from "@aws-sdk/client-secrets-manager";
import { type ConformanceCase, refused } from "../conformance-case.ts";

const ABSENT = "ResourceNotFoundException";
const EXISTS = "ResourceExistsException";
/** The documentation names the first, the service's own check of lengths and patterns answers with the second. */
const INVALID = ["InvalidParameterException", "ValidationException"];

/** Creating secrets, reading and writing values. */
export const valueCases: ConformanceCase[] = [
  {
    title: "a new secret's token is its first version, which is current",
    run: async ({ client, newName, eventually }) => {
      const token = randomUUID();
      const name = newName();
      const created = await client.send(
        new CreateSecretCommand({ Name: name, ClientRequestToken: token, SecretString: "one" }),
      );
      assert.equal(created.VersionId, token);
      assert.match(created.ARN ?? "", new RegExp(`:secret:${name}-[A-Za-z0-9]{6}$`));
      await eventually(async () => {
        const read = await client.send(new GetSecretValueCommand({ SecretId: name }));
        assert.deepEqual([read.SecretString, read.VersionId, read.VersionStages], ["one", token, ["AWSCURRENT"]]);
        assert.ok(read.CreatedDate instanceof Date);
      });
    },
  },
  {
    title: "creating again with the same token and value gives the same secret",
    run: async ({ client, newName, eventually }) => {
      const input = { Name: newName(), ClientRequestToken: randomUUID(), SecretString: "one" };
      const first = await client.send(new CreateSecretCommand(input));
      await eventually(async () => {
        const second = await client.send(new CreateSecretCommand(input));
        assert.deepEqual([second.ARN, second.VersionId], [first.ARN, first.VersionId]);
      });
    },
  },
  {
    title: "creating again with another value or token is refused",
    run: async ({ client, newName }) => {
      const input = { Name: newName(), ClientRequestToken: randomUUID(), SecretString: "one" };
      await client.send(new CreateSecretCommand(input));
      await refused(client.send(new CreateSecretCommand({ ...input, SecretString: "two" })), EXISTS);
      await refused(client.send(new CreateSecretCommand({ ...input, ClientRequestToken: randomUUID() })), EXISTS);
    },
  },
  {
    title: "a secret is found by name, by full ARN and by ARN without its last six characters",
    run: async ({ client, newSecret, eventually }) => {
      const { name, arn } = await newSecret("one");
      for (const SecretId of [name, arn, arn.slice(0, -7)]) {
        await eventually(async () => {
          const read = await client.send(new GetSecretValueCommand({ SecretId }));
          assert.equal(read.ARN, arn);
        });
      }
    },
  },
  {
    title: "what is not there is not found",
    run: async ({ client, newName, newSecret }) => {
      await refused(client.send(new GetSecretValueCommand({ SecretId: newName() })), ABSENT);
      await refused(client.send(new DescribeSecretCommand({ SecretId: newName() })), ABSENT);
      const { name: SecretId } = await newSecret("one");
      await refused(client.send(new GetSecretValueCommand({ SecretId, VersionStage: "AWSPENDING" })), ABSENT);
      await refused(client.send(new GetSecretValueCommand({ SecretId, VersionId: randomUUID() })), ABSENT);
      const empty = await newSecret();
      await refused(client.send(new GetSecretValueCommand({ SecretId: empty.name })), ABSENT);
    },
  },
  {
    title: "a version and a label that do not belong together are refused",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId, version } = await newSecret("one");
      await client.send(new PutSecretValueCommand({ SecretId, SecretString: "two" }));
      await eventually(async () => {
        const VersionId = version;
        const old = await client.send(new GetSecretValueCommand({ SecretId, VersionId, VersionStage: "AWSPREVIOUS" }));
        assert.equal(old.SecretString, "one");
        const both = { SecretId, VersionId, VersionStage: "AWSCURRENT" };
        await refused(client.send(new GetSecretValueCommand(both)), "InvalidRequestException", ABSENT);
      });
    },
  },
  {
    title: "bytes come back as they went in",
    run: async ({ client, newName, eventually }) => {
      const Name = newName();
      const SecretBinary = Uint8Array.from([0, 255, 128, 10]);
      await client.send(new CreateSecretCommand({ Name, SecretBinary }));
      await eventually(async () => {
        const read = await client.send(new GetSecretValueCommand({ SecretId: Name }));
        assert.deepEqual([...(read.SecretBinary ?? [])], [...SecretBinary]);
        assert.equal(read.SecretString, undefined);
      });
    },
  },
  {
    title: "a value of 65,536 bytes is stored, a longer one is refused",
    run: async ({ client, newSecret }) => {
      const { name: SecretId } = await newSecret("one");
      const put = (length: number) =>
        client.send(new PutSecretValueCommand({ SecretId, SecretString: "x".repeat(length) }));
      await put(65_536);
      await refused(put(65_537), ...INVALID);
    },
  },
  {
    title: "a new version needs exactly one value",
    run: async ({ client, newSecret }) => {
      const { name: SecretId } = await newSecret("one");
      const both = { SecretString: "two", SecretBinary: Uint8Array.from([1]) };
      for (const value of [{}, both]) {
        const request = client.send(new PutSecretValueCommand({ SecretId, ...value }));
        await refused(request, ...INVALID, "InvalidRequestException");
      }
    },
  },
  {
    title: "updating the value makes it current, updating the description makes no version",
    run: async ({ client, newSecret, eventually }) => {
      const { name: SecretId, version } = await newSecret("one");
      const described = await client.send(new UpdateSecretCommand({ SecretId, Description: "about it" }));
      assert.equal(described.VersionId, undefined);
      const { VersionId } = await client.send(new UpdateSecretCommand({ SecretId, SecretString: "two" }));
      await eventually(async () => {
        const { Description, VersionIdsToStages } = await client.send(new DescribeSecretCommand({ SecretId }));
        assert.equal(Description, "about it");
        assert.deepEqual(VersionIdsToStages, { [version]: ["AWSPREVIOUS"], [VersionId ?? ""]: ["AWSCURRENT"] });
      });
    },
  },
  {
    title: "updating with the token of a version that is there is refused",
    run: async ({ client, newSecret }) => {
      const { name: SecretId, version: ClientRequestToken } = await newSecret("one");
      const request = client.send(new UpdateSecretCommand({ SecretId, ClientRequestToken, SecretString: "two" }));
      await refused(request, EXISTS);
    },
  },
];
