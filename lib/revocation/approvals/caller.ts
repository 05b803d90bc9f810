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

/**
 * Whether two callers may be one person: the same ARN, or the same name, as an IAM user in one account and as a role's
 * session in another. Names that differ in their case alone count as one.
 */
export const isSamePerson = (one: Caller, other: Caller): boolean =>
  one.arn === other.arn || one.session.toLowerCase() === other.session.toLowerCase();

/**
 * Names that tools give to sessions nobody named, another one each time, and the ids of machines: they are nobody's, so
 * they neither tell two people apart nor one from themselves.
 * Source: botocore, the AWS SDKs and the AWS CLI, default role session names. A task of ECS bears its id, 32 hexadecimal
 * digits or a UUID; a UUID ends the names that CodeBuild and EKS Pod Identity give.
 */
const MADE_UP =
  /^(botocore-session-\d+|aws-cli-\S*|awscli-session\S*|aws-(sdk-)?(js|java|go|net|rust|php|ruby|cpp)(-sdk)?-\S*|\d{13,20}|i-[0-9a-f]{8,17}|[0-9a-f]{32}|(\S*-)?[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12})$/i;

/** Whether the name of somebody's session can be a person's. */
export const isNamed = ({ role, session }: Caller): boolean => role === null || !MADE_UP.test(session);
