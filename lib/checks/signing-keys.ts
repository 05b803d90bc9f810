import type { SigningKey } from "../auth0/resources/signing-key.ts";
import type { Resource } from "../model/resource.ts";
import type { Reference } from "./define-check.ts";

/** A key with which the tenant signs tokens. */
export const signingKeyResource = (key: SigningKey): Resource => ({ type: "signing-key", id: key.kid, name: null });

export const AUTH0_ROTATE_SIGNING_KEYS: Reference = {
  title: "Auth0: Rotate Signing Keys",
  url: "https://auth0.com/docs/get-started/tenant-settings/signing-keys/rotate-signing-keys",
};

export const AUTH0_SIGNING_KEYS: Reference = {
  title: "Auth0: Signing Keys",
  url: "https://auth0.com/docs/get-started/tenant-settings/signing-keys",
};
