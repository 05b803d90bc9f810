import { LOGINS } from "./logins.ts";
import { type Loose, mapping, mappings, text } from "./loose.ts";
import type { Complaint, ConfigPath } from "./mistakes.ts";

/** Mistakes in tenants that no single key shows. */
export function tenantComplaints(config: Loose): Complaint[] {
  const tenants = mappings(config.tenants, ["tenants"]);
  return [
    ...repeated(tenants, "name", "another tenant has this name already; names are unique"),
    ...repeated(tenants, "domain", "another tenant has this domain already; a tenant is audited once"),
    ...tenants.flatMap(({ entry, path }) => [
      ...LOGINS.flatMap((login) => loginComplaints(entry[login], [...path, login])),
      ...spareComplaints(entry, path),
      ...credentialComplaints(entry.credentials, [...path, "credentials"]),
    ]),
  ];
}

function loginComplaints(value: unknown, path: ConfigPath): Complaint[] {
  if (typeof value !== "object" || value === null || Array.isArray(value)) return [];
  const present = ["secret", "privateKey"].filter((key) => key in value);
  if (present.length === 1) return [];
  return present.length === 0
    ? [{ path, at: "key", message: "this needs secret or privateKey: where to find what it logs in with" }]
    : [{ path: [...path, "privateKey"], at: "key", message: "this has secret and privateKey; keep the one it uses" }];
}

/** The spare acts against the responder, so it is another application, and alone it is of no use. */
function spareComplaints({ responder, spareResponder }: Loose, path: ConfigPath): Complaint[] {
  if (spareResponder === undefined) return [];
  if (responder === undefined) {
    const message = "a spare is for incidents about the responder; this tenant has no responder";
    return [{ path: [...path, "spareResponder"], at: "key", message }];
  }
  const [own, spare] = [text(mapping(responder).clientId), text(mapping(spareResponder).clientId)];
  if (spare === undefined || own !== spare) return [];
  const message = "this is the responder itself; its spare is another application in Auth0";
  return [{ path: [...path, "spareResponder", "clientId"], message }];
}

function credentialComplaints(value: unknown, path: ConfigPath): Complaint[] {
  const credentials = mappings(value, path);
  const message = "this client is listed in this tenant already; keep one of the two";
  return [
    ...repeated(credentials, "clientId", message),
    ...credentials.flatMap(({ entry, path: place }) => credentialConflicts(entry, place)),
  ];
}

function credentialConflicts(credential: Loose, path: ConfigPath): Complaint[] {
  const complaints: Complaint[] = [];
  if (credential.rotate === "auto" && !("consumers" in credential)) {
    const message = "rotate: auto also needs consumers: confirmed, once every consumer reads the vault as documented";
    complaints.push({ path: [...path, "rotate"], message });
  }
  if (credential.kind === "private-key" && credential.allowHs256 === true) {
    const message = "allowHs256 is about client secrets; leave it out for a private key";
    complaints.push({ path: [...path, "allowHs256"], at: "key", message });
  }
  return complaints;
}

/** Complains about every entry after the first that has the same text under `key`, letter case aside. */
function repeated(
  entries: readonly { entry: Loose; path: ConfigPath }[],
  key: "name" | "domain" | "clientId",
  message: string,
): Complaint[] {
  const seen = new Set<string>();
  return entries.flatMap(({ entry, path }) => {
    const written = text(mapping(entry)[key]);
    if (written === undefined) return [];
    // Host names do not tell letter cases apart; client ids do.
    const value = key === "domain" ? written.toLowerCase() : written;
    if (!seen.has(value)) {
      seen.add(value);
      return [];
    }
    return [{ path: [...path, key], message }];
  });
}
