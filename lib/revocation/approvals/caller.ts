/** Who asks, as IAM names the signer of a request. */
export interface Caller {
  /** As IAM gave it. */
  arn: string;
  account: string;
  /** The role that was assumed; null for an IAM user. */
  role: string | null;
  /** The session's name, which as a rule is the person's; for an IAM user its name. */
  session: string;
}

const SESSION = /^arn:[\w-]+:sts::(\d{12}):assumed-role\/([\w+=,.@-]+)\/([\w+=,.@-]+)$/;
const USER = /^arn:[\w-]+:iam::(\d{12}):user\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/;
const ROLE = /^arn:[\w-]+:iam::(\d{12}):role\/(?:[\w+=,.@-]+\/)*([\w+=,.@-]+)$/;

/**
 * Reads the ARN of whoever signed a request.
 *
 * @returns undefined for everybody else than a role's session and an IAM user: the root of an account, a federated user
 */
export function callerOf(arn: string): Caller | undefined {
  const [, account, role, session] = SESSION.exec(arn) ?? [];
  if (account !== undefined && role !== undefined && session !== undefined) return { arn, account, role, session };
  const [, home, user] = USER.exec(arn) ?? [];
  return home === undefined || user === undefined ? undefined : { arn, account: home, role: null, session: user };
}

/**
 * Whether somebody is one of these roles and users. A session's ARN has the role's name and not its path; names of roles
 * are unique in an account. Source: IAM user guide, "IAM identifiers", "Unique names".
 *
 * @param principals ARNs as in the configuration
 */
export const isAmong = ({ arn, account, role }: Caller, principals: readonly string[]): boolean =>
  principals.some((principal) => {
    if (role === null) return principal === arn;
    const [, home, name] = ROLE.exec(principal) ?? [];
    return home === account && name === role;
  });
