/** The account of the AWS side of the sandbox: the one that fauxqs puts into its ARNs. It belongs to nobody. */
export const ACCOUNT = "000000000000";

/** The region of the AWS side of the sandbox. */
export const REGION = "us-east-1";
