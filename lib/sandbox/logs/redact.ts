/** What Auth0's logs show in the place of a secret. */
const REDACTED = "*****";

/** Fields whose values never reach a log. */
const SECRET_FIELDS = new Set(["client_secret", "signing_secret", "password", "refresh_token_value", "token"]);

/** A copy of a JSON value with every secret replaced. The key stays: one sees that a secret was set. */
export function redact(value: unknown): unknown {
  if (Array.isArray(value)) return value.map(redact);
  if (typeof value !== "object" || value === null) return value;
  return Object.fromEntries(
    Object.entries(value).map(([field, inner]) => {
      if (SECRET_FIELDS.has(field) && inner !== null) return [field, REDACTED];
      if (field === "secrets" && Array.isArray(inner)) return [field, inner.map(redactNamedSecret)];
      return [field, redact(inner)];
    }),
  );
}

/** A secret of an action: `{name, value}`. */
function redactNamedSecret(secret: unknown): unknown {
  if (typeof secret !== "object" || secret === null || !("value" in secret)) return secret;
  return { ...secret, value: REDACTED };
}
