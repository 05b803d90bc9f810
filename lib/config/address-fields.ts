import { isIP } from "node:net";
import * as z from "zod";
import { formed, type Help } from "./fields.ts";

/** Lower-case labels with dots between them; the last one is no number, so that an IP address is no host name. */
const HOST = /^(?=.{4,253}$)([a-z0-9]([a-z0-9-]{0,61}[a-z0-9])?\.)+[a-z]([a-z0-9-]{0,61}[a-z0-9])?$/;

/** A host name and nothing else. */
export const hostName = (help: Help) => formed(help, HOST, hostSentence);

function hostSentence(written: string): string {
  const scheme = /^(https?:\/\/)/i.exec(written)?.[1];
  if (scheme !== undefined) return `leave out ${scheme.toLowerCase()}; this is a host name, as acme.eu.auth0.com`;
  if (written.includes("/")) return "leave out the path; this is a host name, as acme.eu.auth0.com";
  if (/:\d*$/.test(written)) return "leave out the port; this is a host name, as acme.eu.auth0.com";
  if (HOST.test(written.toLowerCase())) return "write the host name in lower case";
  return "this must be a host name, as acme.eu.auth0.com";
}

const ORIGIN_FORM = "an origin is for a sandbox on this machine and has no path, as http://127.0.0.1:4401";

/** Scheme, loopback address and port. Anything else could send a tenant's secret to a stranger. */
export const loopbackOrigin = (help: Help) =>
  z
    .string()
    .meta({ ...help, pattern: "^https?://" })
    .transform((written, context): string => {
      const sentence = originSentence(written);
      if (sentence === undefined) return new URL(written).origin;
      context.issues.push({ code: "custom", message: sentence, input: written });
      return z.NEVER;
    });

function originSentence(written: string): string | undefined {
  if (!/^https?:\/\//i.test(written) || !URL.canParse(written)) return `this is not an origin; ${ORIGIN_FORM}`;
  const { hostname, username, password } = new URL(written);
  if (username !== "" || password !== "") return `leave out the user and password; ${ORIGIN_FORM}`;
  if (!isLoopback(hostname)) return `this address is not loopback (127.0.0.0/8, [::1], localhost); ${ORIGIN_FORM}`;
  // The text, not the parsed URL: parsing drops a bare "?" or "#" and resolves "/..".
  return /^https?:\/\/[^/?#\\\s]+$/i.test(written) ? undefined : `leave out what follows the port; ${ORIGIN_FORM}`;
}

export function isLoopback(host: string): boolean {
  return host === "localhost" || host === "[::1]" || (isIP(host) === 4 && host.startsWith("127."));
}

const CIDR_FORM = "write an address and a prefix, as 203.0.113.7/32 or 2001:db8::/64";

/** A range of addresses. A prefix of 0 would let everybody in, which is never what containment means. */
export const addressRange = (help: Help) =>
  z
    .string()
    .meta(help)
    .superRefine((written, context) => {
      const message = rangeSentence(written);
      if (message !== undefined) context.addIssue({ code: "custom", message });
    });

function rangeSentence(written: string): string | undefined {
  const [address = "", prefix, ...rest] = written.split("/");
  const family = isIP(address);
  if (family === 0 || rest.length > 0 || address.includes("%")) return `this is not a range of addresses; ${CIDR_FORM}`;
  const longest = family === 4 ? 32 : 128;
  if (prefix === undefined) return `the prefix is missing; for this one address write /${longest} behind it`;
  if (!/^[0-9]{1,3}$/.test(prefix) || Number(prefix) > longest) return `the prefix is a number from 1 to ${longest}`;
  return Number(prefix) === 0 ? "a prefix of 0 means every address there is; name your own" : undefined;
}

const ARN = /^arn:(?:aws|aws-cn|aws-us-gov):iam::[0-9]{12}:(?:role|user)\/[A-Za-z0-9_+=,.@/-]{1,512}$/;

/** An IAM role or user. */
export const principalArn = (help: Help) =>
  formed(help, ARN, (written) =>
    written.startsWith("arn:aws:sts:")
      ? "write the ARN of the role itself (arn:aws:iam::…:role/NAME), not of a session"
      : "this must be the ARN of an IAM role or user, as arn:aws:iam::111122223333:role/oncall",
  );
