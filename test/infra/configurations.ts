/** A configuration in which every optional part has something to do. */
export const FULL = `version: 1
tenants:
  - name: acme-prod
    domain: acme.eu.auth0.com
    plan: enterprise
    owner: identity@acme.example
    auditor: { clientId: abc, secret: secretsmanager:curfew/acme-prod/auditor }
    rotator: { clientId: def, secret: secretsmanager:curfew/acme-prod/rotator }
    responder: { clientId: ghi, secret: secretsmanager:curfew/acme-prod/responder }
    credentials:
      - { clientId: jkl, secret: apps/checkout/auth0 }
schedule: { audit: cron(0 6 * * ? *), timezone: Europe/Berlin }
alerts:
  email: [oncall@acme.example]
  slack: { webhook: secretsmanager:curfew/slack-webhook, minimum: high }
  digest: { email: [security@acme.example] }
incidents:
  requesters: [arn:aws:iam::111122223333:role/oncall]
  approvers: [arn:aws:iam::111122223333:role/security-lead]
`;

/** The least that somebody would deploy: without a schedule, owners, credentials and Slack. */
export const LEAST = `version: 1
tenants:
  - name: acme
    domain: acme.auth0.com
    auditor: { clientId: abc, secret: secretsmanager:curfew/acme/auditor }
alerts: { email: [oncall@acme.example] }
`;
