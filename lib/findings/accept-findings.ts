import { matchException } from "../config/exceptions.ts";
import type { ExceptionConfig } from "../config/schema.ts";
import type { Finding } from "../model/finding.ts";

/**
 * Marks the findings that somebody has accepted.
 *
 * @param now milliseconds since the epoch
 */
export function acceptFindings(
  findings: readonly Finding[],
  tenant: string,
  exceptions: readonly ExceptionConfig[],
  now: number,
): Finding[] {
  // Most checks have no exception at all, and a large tenant has very many findings.
  const byCheck = Map.groupBy(exceptions, ({ check }) => check);
  return findings.map((finding): Finding => {
    const candidates = byCheck.get(finding.check);
    const match = candidates && matchException(subject(finding), tenant, candidates, now);
    if (!match) return finding;
    const { reason, owner, expires } = match;
    return { ...finding, status: "excepted", exception: { reason, owner, expires } };
  });
}

const subject = ({ check, resource }: Finding) => ({ check, resourceId: resource.id });
