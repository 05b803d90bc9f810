import { writeFile } from "node:fs/promises";
import { RESPONDER_SCOPES } from "../../lib/auth0/responder-endpoints.ts";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { resolvePolicy } from "../../lib/config/policy.ts";
import { wantedScopes } from "../../lib/findings/evaluate.ts";
import { CurfewError } from "../../lib/model/curfew-error.ts";
import type { Terminal } from "../terminal.ts";

/** Options of `curfew init`. */
export interface InitOptions {
  config: string;
  force: boolean;
}

/** Writes a config file to start from and prints what to grant to the auditor. */
export async function runInit(options: InitOptions, terminal: Terminal): Promise<void> {
  await writeNew(options.config, TEMPLATE, options.force);
  terminal.out(nextSteps(options.config));
}

async function writeNew(file: string, text: string, force: boolean): Promise<void> {
  try {
    await writeFile(file, text, { flag: force ? "w" : "wx" });
  } catch (error) {
    const code = (error as NodeJS.ErrnoException).code ?? "unknown error";
    if (code === "EEXIST") {
      throw new CurfewError(
        "file-unwritable",
        `${file} exists already; name another file with --config, or overwrite it with --force.`,
      );
    }
    throw new CurfewError(
      "file-unwritable",
      `${file} could not be written (${code}); name a file in a folder that exists with --config.`,
    );
  }
}

function nextSteps(file: string): string {
  const scopes = wantedScopes(CATALOGUE, resolvePolicy({ profile: "baseline", checks: {} }, CATALOGUE));
  return `Wrote ${file}.

1. In each tenant's Auth0 dashboard create a Machine to Machine application, for instance "Curfew auditor",
   and authorize it for the Auth0 Management API with exactly these scopes:

${scopes.map((scope) => `     ${scope}`).join("\n")}

   read:client_credentials lets the auditor see how applications authenticate; read:logs lets it see when a secret was
   rotated and last used, and is used only where audits are remembered. Leave them out if you prefer; the report then
   says which checks could not be evaluated. No other scope is needed, and no scope that writes.

2. Put the tenant's name, domain and client id into ${file}, and the secret into the variable it names:

     export CURFEW_ACME_PROD_AUDITOR=…

3. npx curfew config check
   npx curfew audit

For emergencies (docs/revocation.md) Curfew acts with another application, for instance "Curfew responder", and its
secret is used for nothing else. Authorize it, and a spare for the day on which it leaks itself, for:

${RESPONDER_SCOPES.map((scope) => `     ${scope}`).join("\n")}
`;
}

const TEMPLATE = `# Curfew's configuration. Every key is explained in docs/configuration.md.
# yaml-language-server: $schema=./docs/curfew.schema.json
version: 1

tenants:
  - name: acme-prod                   # your name for it: a-z, 0-9 and -, at most 40 characters
    domain: acme.eu.auth0.com         # the canonical domain, not a custom one
    plan: enterprise                  # free | essentials | professional | enterprise | enterprise-nonprod; sets the pace
    environment: production           # free text, for reports
    owner: identity@acme.example      # hears about this tenant
    auditor:                          # an application that may only read
      clientId: replace-with-the-client-id
      secret: env:CURFEW_ACME_PROD_AUDITOR   # or secretsmanager:NAME; never the secret itself
      # privateKey: env:…             # instead of secret, for private_key_jwt: a JSON Web Key
    # rotator:                        # an application that changes credentials; without it nothing is rotated
    #   clientId: replace-with-its-client-id
    #   privateKey: secretsmanager:curfew/acme-prod/rotator
    # responder:                      # an application for emergencies alone; without it nothing can be revoked
    #   clientId: replace-with-its-client-id
    #   secret: secretsmanager:curfew/acme-prod/responder
    # spareResponder:                 # another like it, for the day on which the responder itself leaks
    #   clientId: replace-with-the-spares-client-id
    #   secret: secretsmanager:curfew/acme-prod/responder-spare
    # credentials:                    # whose credentials Curfew looks after; README.md, "Let it rotate"
    #   - clientId: replace-with-the-application
    #     kind: client-secret         # client-secret | private-key
    #     secret: apps/checkout/auth0 # its name in Secrets Manager
    #     rotate: off                 # off: when a person asks; auto: when it is due, and needs consumers: confirmed

policy:
  profile: baseline                   # baseline | strict | auth0-default
  # checks:                           # other limits than the profile's; "npx curfew checks" lists them all
  #   expiry.api.access-token-lifetime: { medium: 8h, high: 2d }
  #   expiry.session.persistent-cookie: off

# exceptions:                         # what you accept, who answers for it, and until when
#   - check: expiry.api.access-token-lifetime
#     tenant: acme-prod               # left out: all tenants
#     resource: 64f0c2d5e8a9b1c3d4e5f607   # the finding's resource id, or "*"
#     reason: Batch jobs run for two days, reviewed in SEC-112
#     owner: dana@acme.example
#     expires: YYYY-MM-DD             # at most 365 days ahead
`;
