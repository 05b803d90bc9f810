import type { ResourceServer } from "../auth0/resources/resource-server.ts";
import { isUnreadable, type Reported } from "../model/reported.ts";

/** Which applications may get tokens for an API in a user's name, and the field that says so. */
export function userPolicy(server: ResourceServer): { field: string; policy: Reported<string> } {
  const authorization = server.subject_type_authorization;
  if (isUnreadable(authorization)) return { field: "subject_type_authorization", policy: authorization };
  const user = authorization?.user;
  if (isUnreadable(user)) return { field: "subject_type_authorization.user", policy: user };
  return { field: "subject_type_authorization.user.policy", policy: user?.policy };
}
