import type { TenantAudit } from "../../findings/tenant-audit.ts";
import type { Resource } from "../../model/resource.ts";
import { briefText, terminalText } from "../terminal-text.ts";
import { LONGEST_NAME } from "./plain-message.ts";

/** Where paths in the report begin. SARIF names such a place instead of telling a machine's folders. */
export const SOURCE_ROOT = "%SRCROOT%";

/**
 * Where a resource of a tenant is: in the tenant, which has no files, and in the configuration that names the tenant.
 * GitHub rejects a whole report with one result outside of a file, and asks for all four numbers of the region.
 * Source: GitHub documentation, "SARIF support for code scanning", `physicalLocation`.
 *
 * @param artifact the configuration file, relative to the root of the repository
 */
export function locate({ tenant }: Pick<TenantAudit, "tenant">, resource: Resource | undefined, artifact: string) {
  return {
    physicalLocation: {
      artifactLocation: { uri: artifact, uriBaseId: SOURCE_ROOT },
      region: { startLine: 1, startColumn: 1, endLine: 1, endColumn: 1 },
    },
    logicalLocations: [
      ...(resource === undefined ? [] : [logicalLocation(tenant, resource)]),
      { name: tenant, fullyQualifiedName: tenant, kind: "resource" },
    ],
  };
}

/** The parts of a name are kept apart, whatever they hold: a client's id may be a URL. */
function logicalLocation(tenant: string, { type, id, name }: Resource) {
  return {
    name: briefText(name ?? id, LONGEST_NAME),
    fullyQualifiedName: `${tenant}/${type}/${terminalText(id).replaceAll("%", "%25").replaceAll("/", "%2F")}`,
    kind: "resource",
  };
}

/**
 * The configuration file as a relative URI reference.
 * Of an absolute path nothing but the name is kept: nobody needs to know the folders of the machine.
 *
 * @example artifactUri("./config/my curfew.yaml") // "config/my%20curfew.yaml"
 */
export function artifactUri(path: string): string {
  const parts = path.split(/[/\\]/).filter((part) => part !== "" && part !== ".");
  const isElsewhere = /^([/\\]|[A-Za-z]:)/.test(path) || parts.includes("..");
  return (isElsewhere ? parts.slice(-1) : parts).map(encodeURIComponent).join("/");
}
