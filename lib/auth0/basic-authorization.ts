import type { Secret } from "../model/secret.ts";

/** The header of an application that sends its secret by HTTP Basic. RFC 6749, 2.3.1: both parts are form-encoded first. */
export const basicAuthorization = (clientId: string, secret: Secret): string =>
  `Basic ${Buffer.from(`${encodeURIComponent(clientId)}:${encodeURIComponent(secret.reveal())}`).toString("base64")}`;
