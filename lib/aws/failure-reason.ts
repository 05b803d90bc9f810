/** The name of an exception or the code of a network failure: both come from fixed sets. */
export function reasonOf(error: unknown): string {
  if (!(error instanceof Error)) return "UnknownError";
  if (error.message === "Region is missing") return "NoRegion";
  const code = "code" in error && typeof error.code === "string" ? error.code : undefined;
  if (code !== undefined && isNetworkCode(code)) return code;
  return /^[A-Za-z]{1,60}$/.test(error.name) ? error.name : "UnknownError";
}

/** The code of a failure of the network, as Node.js and its fetch name them. */
export const isNetworkCode = (code: string): boolean =>
  /^(?:E[A-Z]{3,20}|EAI_[A-Z]{2,10}|UND_ERR_[A-Z_]{2,30})$/.test(code);

/** The HTTP status of the answer, when there was one. */
export function statusOf(error: unknown): number | undefined {
  const metadata = error instanceof Error && "$metadata" in error ? error.$metadata : undefined;
  if (typeof metadata !== "object" || metadata === null || !("httpStatusCode" in metadata)) return undefined;
  return typeof metadata.httpStatusCode === "number" ? metadata.httpStatusCode : undefined;
}
