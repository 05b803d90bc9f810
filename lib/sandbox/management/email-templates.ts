import * as z from "zod";
import { jsonResponse } from "../http/message.ts";
import type { EmailTemplateRecord } from "../state/records.ts";
import { apiError, inexistent, invalidQuery } from "./api-error.ts";
import type { ApiCall, Endpoint } from "./endpoint.ts";
import { validate } from "./validate.ts";

/** The templates that Auth0 knows. */
const EMAIL_TEMPLATES = [
  "verify_email",
  "verify_email_by_code",
  "reset_email",
  "reset_email_by_code",
  "welcome_email",
  "blocked_account",
  "stolen_credentials",
  "enrollment_email",
  "mfa_oob_code",
  "user_invitation",
  "change_password",
  "password_reset",
  "async_approval",
] as const;

const text = z.string().nullable();
const change = z.strictObject({
  template: z.enum(EMAIL_TEMPLATES).exactOptional(),
  body: text.exactOptional(),
  from: text.exactOptional(),
  subject: text.exactOptional(),
  syntax: text.exactOptional(),
  resultUrl: text.exactOptional(),
  enabled: z.boolean().nullable().exactOptional(),
  includeEmailInRedirect: z.boolean().exactOptional(),
  urlLifetimeInSeconds: z.number().min(0).nullable().exactOptional(),
});
const whole = change.required({ template: true, body: true, from: true, subject: true, syntax: true, enabled: true });

const PATH = "/email-templates/{name}";

/** E-mail templates. One that was never configured is not found, and Auth0's defaults apply. */
export const EMAIL_TEMPLATE_ENDPOINTS: Endpoint[] = [
  { method: "GET", path: PATH, scopes: ["read:email_templates"], feature: "emailTemplates", handle: get },
  {
    method: "POST",
    path: "/email-templates",
    scopes: ["create:email_templates"],
    feature: "emailTemplates",
    logged: "Create an email template",
    handle: create,
  },
  {
    method: "PUT",
    path: PATH,
    scopes: ["update:email_templates"],
    feature: "emailTemplates",
    logged: "Replace an email template",
    handle: replace,
  },
  {
    method: "PATCH",
    path: PATH,
    scopes: ["update:email_templates"],
    feature: "emailTemplates",
    logged: "Update an email template",
    handle: update,
  },
];

const notFound = () => inexistent("email_template", "The email template does not exist.");

function get({ context, parameters }: ApiCall) {
  const name = parameters.name ?? "";
  if (!EMAIL_TEMPLATES.some((known) => known === name)) return invalidQuery(`there is no template ${name}`);
  const template = context.state.emailTemplates.get(name);
  return template ? jsonResponse(200, template) : notFound();
}

function create({ context, body }: ApiCall) {
  const { value, refusal } = validate(whole, body);
  if (refusal) return refusal;
  const { emailTemplates } = context.state;
  if (emailTemplates.has(value.template)) {
    return apiError(409, "The email template exists already.", "email_template_conflict");
  }
  return store(emailTemplates, { ...value });
}

function replace({ context, parameters, body }: ApiCall) {
  const { value, refusal } = validate(whole, body);
  if (refusal) return refusal;
  const { emailTemplates } = context.state;
  if (!emailTemplates.has(parameters.name ?? "")) return notFound();
  return store(emailTemplates, { ...value });
}

function update({ context, parameters, body }: ApiCall) {
  const template = context.state.emailTemplates.get(parameters.name ?? "");
  if (!template) return notFound();
  const { value, refusal } = validate(change, body);
  if (refusal) return refusal;
  return store(context.state.emailTemplates, { ...template, ...value, template: template.template });
}

function store(templates: Map<string, EmailTemplateRecord>, template: EmailTemplateRecord) {
  templates.set(template.template, template);
  return jsonResponse(200, template);
}
