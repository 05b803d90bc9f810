import { READ_SCOPES } from "../../auth0/endpoints.ts";
import { RESPONDER_SCOPES } from "../../auth0/responder-endpoints.ts";
import { ROTATOR_SCOPES } from "../../auth0/rotation-endpoints.ts";
import type { LoginName } from "../../config/logins.ts";
import type { OwnLogin } from "../leak/classify.ts";

const DOCUMENTED: Readonly<Record<LoginName, readonly string[]>> = {
  auditor: Object.values(READ_SCOPES),
  rotator: ROTATOR_SCOPES,
  responder: RESPONDER_SCOPES,
  spareResponder: RESPONDER_SCOPES,
};

/**
 * The scopes of the Management API that an application needs for the work that Curfew has it do; none where it is none of
 * Curfew's own. Without them a responder that got its access back would act again, and could not contain.
 */
export const ownScopes = (own: OwnLogin | undefined): ReadonlySet<string> =>
  new Set(own ? [own.role, ...(own.also ?? [])].flatMap((role) => DOCUMENTED[role]) : []);
