import type { TenantAudit } from "../../findings/tenant-audit.ts";
import type { AcceptedException, Finding } from "../../model/finding.ts";
import { briefText, terminalText } from "../terminal-text.ts";
import { LEVELS } from "./levels.ts";
import { locate } from "./locations.ts";
import { LONGEST_NAME, LONGEST_TEXT, plainMessage } from "./plain-message.ts";
import type { Rules } from "./rules.ts";

/** Makes a result of every finding of a tenant, excepted ones included, one by one: they take more room than findings. */
export const describeResults = (audit: TenantAudit, rules: Rules, artifact: string) =>
  audit.findings.values().map((finding) => ({
    ...rules.refer(finding.check),
    level: LEVELS[finding.severity],
    message: plainMessage(sentence(audit, finding, rules.find(finding.check)?.remediation.summary)),
    locations: [locate(audit, finding.resource, artifact)],
    partialFingerprints: fingerprints(finding),
    // Present and empty where nobody accepted anything: §3.27.23 of SARIF wants it on all results or on none.
    suppressions: finding.exception === null ? [] : [suppression(finding.exception)],
    properties: properties(audit, finding),
  }));

/**
 * Begins with the resource: services show the first words as a title, and most titles of a check are alike. Ends with
 * how to mend it where the rule's help does not say that: what is between gives way to it.
 *
 * @param help what the rule says of mending all its results; undefined where there is no such rule
 */
function sentence({ tenant }: TenantAudit, finding: Finding, help: string | undefined): string {
  const { resource, message, remediation } = finding;
  const about = `${briefText(resource.name ?? resource.id, LONGEST_NAME)} (${tenant}): `;
  const mending = remediation === help ? "" : ` ${remediation}`;
  return `${about}${briefText(message, LONGEST_TEXT - about.length - mending.length)}${mending}`;
}

/**
 * What a finding is recognized by in the next report: its id, which depends on its identity alone.
 *
 * GitHub looks at `primaryLocationLineHash` and nothing else, and where that is missing, its upload computes one from
 * the line of the file: then all findings of a check would be one. The value has the form that GitHub gives it.
 */
function fingerprints({ id }: Finding) {
  return { "curfewFindingId/v1": id, primaryLocationLineHash: `${id.replace("f_", "")}:1` };
}

function suppression({ reason, owner, expires }: AcceptedException) {
  return {
    kind: "external",
    status: "accepted",
    justification: terminalText(`${reason} (accepted by ${owner} until ${expires})`),
    properties: { owner: terminalText(owner), expires },
  };
}

function properties({ tenant, domain }: TenantAudit, finding: Finding) {
  const { severity, resource, aspect, observed, limit, unit } = finding;
  return {
    tenant,
    domain,
    severity,
    resourceType: resource.type,
    resourceId: terminalText(resource.id),
    ...(aspect === null ? {} : { aspect: briefText(aspect, LONGEST_NAME) }),
    ...(observed === null ? {} : { observed }),
    ...(limit === null ? {} : { limit }),
    ...(unit === null ? {} : { unit }),
  };
}
