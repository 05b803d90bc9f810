import { managementReference } from "../sandbox/support/reference-schemas.ts";
import type { SentRequest } from "./wired-sandbox.ts";

/** Holds requests to the Management API against its reference: what is wrong with them, and the scopes it names. */
export function againstReference(sent: readonly SentRequest[]): { problems: string[]; scopes: string[] } {
  const reference = managementReference();
  const placed = sent.map((request) => ({
    ...request,
    verb: request.method.toLowerCase(),
    template: reference.template(request.path) ?? "",
  }));
  const problems = placed.flatMap(({ method, path, query, body, verb, template }) => {
    if (!reference.statuses(verb, template)?.length) return [`${method} ${path} is not in the reference`];
    const known = reference.query(verb, template);
    const accepts = reference.body(verb, template);
    const fits = accepts === undefined ? body === "" : accepts(body);
    return [
      ...query.filter((name) => !known.includes(name)).map((name) => `${method} ${template}?${name}`),
      ...(fits ? [] : [`${method} ${template}: ${JSON.stringify(accepts?.errors)}`]),
    ];
  });
  return { problems, scopes: placed.flatMap(({ verb, template }) => reference.scopes(verb, template)) };
}
