import { BlockList, isIP, isIPv6 } from "node:net";
import type { SandboxRequest } from "../http/message.ts";
import type { JsonObject, NetworkAclRecord, NetworkAclRule } from "../state/records.ts";
import type { TenantContext } from "../tenant-context.ts";

/**
 * Whether the tenant's active network ACLs block a request. Rules are tried by ascending priority; the first
 * that applies and blocks or allows decides, one that only logs does not. Redirecting counts as blocking.
 * Addresses and user agents are judged; a rule with any other criterion (network numbers, countries,
 * fingerprints) never applies here, because a loopback request has none of them.
 *
 * @param scope the half of the tenant that the request goes to
 */
export function blockedByNetworkAcl(
  context: TenantContext,
  request: SandboxRequest,
  scope: "management" | "authentication",
): boolean {
  const acls = [...context.state.networkAcls.values()].filter(
    ({ active, rule }) => active && (rule.scope === scope || rule.scope === "tenant"),
  );
  const deciding = acls.sort(byPriority).find(({ rule }) => decides(rule) && applies(rule, request));
  return deciding !== undefined && deciding.rule.action.allow !== true;
}

const byPriority = (a: NetworkAclRecord, b: NetworkAclRecord) => a.priority - b.priority;

function decides({ action }: NetworkAclRule): boolean {
  return action.block === true || action.allow === true || action.redirect === true;
}

function applies(rule: NetworkAclRule, request: SandboxRequest): boolean {
  const match = rule.match === undefined ? true : meetsAll(rule.match, request);
  const notMatch = rule.not_match === undefined ? false : meetsAll(rule.not_match, request);
  if (match === undefined || notMatch === undefined) return false;
  return match && !notMatch;
}

/**
 * True when the request meets every criterion; undefined when one of them cannot be judged. Of ranges of IPv4 and IPv6
 * one is enough. Auth0 docs: rule evaluation for the tenant access control list.
 */
function meetsAll(criteria: JsonObject, request: SandboxRequest): boolean | undefined {
  const answers = new Map<string, boolean | undefined>();
  for (const [name, values] of Object.entries(criteria)) {
    const kind = name.replace(/ipv[46]/, "ip");
    const meets = meetsOne(name, values, request);
    answers.set(kind, answers.get(kind) === true ? true : meets);
  }
  return [...answers.values()].includes(undefined) ? undefined : [...answers.values()].every(Boolean);
}

function meetsOne(name: string, values: unknown, request: SandboxRequest): boolean | undefined {
  if (!Array.isArray(values)) return undefined;
  const wanted = values.map(String);
  if (/^(connecting_)?ipv[46]_cidrs$/.test(name)) return isWithin(request.sourceAddress, wanted);
  if (name === "user_agents") return wanted.includes(request.headers.get("user-agent") ?? "");
  return undefined;
}

/** Whether `address` lies in one of the ranges, each an address or a CIDR block. What is neither matches nothing. */
function isWithin(address: string, ranges: readonly string[]): boolean {
  if (isIP(address) === 0) return false;
  const list = new BlockList();
  for (const range of ranges) {
    const [network = "", prefix] = range.split("/");
    if (isIP(network) === 0) continue;
    const family = isIPv6(network) ? "ipv6" : "ipv4";
    if (prefix === undefined) list.addAddress(network, family);
    else list.addSubnet(network, Number(prefix), family);
  }
  return list.check(address, isIPv6(address) ? "ipv6" : "ipv4");
}
