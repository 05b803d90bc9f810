import type { Operation } from "./operation.ts";
import { createSecret } from "./operations/create-secret.ts";
import { deleteSecret, restoreSecret } from "./operations/delete-secret.ts";
import { describeSecret, listSecrets } from "./operations/list-secrets.ts";
import { cancelRotateSecret, rotateSecret } from "./operations/rotate-secret.ts";
import { getSecretValue, putSecretValue, updateSecret } from "./operations/secret-value.ts";
import { tagResource, untagResource } from "./operations/tag-secret.ts";
import { listSecretVersionIds, updateSecretVersionStage } from "./operations/version-stages.ts";

/** Every operation that the fake knows, under the name that requests carry. */
export const OPERATIONS: ReadonlyMap<string, Operation> = new Map(
  Object.entries({
    CancelRotateSecret: cancelRotateSecret,
    CreateSecret: createSecret,
    DeleteSecret: deleteSecret,
    DescribeSecret: describeSecret,
    GetSecretValue: getSecretValue,
    ListSecretVersionIds: listSecretVersionIds,
    ListSecrets: listSecrets,
    PutSecretValue: putSecretValue,
    RestoreSecret: restoreSecret,
    RotateSecret: rotateSecret,
    TagResource: tagResource,
    UntagResource: untagResource,
    UpdateSecret: updateSecret,
    UpdateSecretVersionStage: updateSecretVersionStage,
  }),
);
