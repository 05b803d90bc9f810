import * as z from "zod";
import { PLANS } from "../auth0/rate-limits.ts";
import { addressRange, hostName, loopbackOrigin } from "./address-fields.ts";
import { duration, email, formed, listOf, oneOf, words } from "./fields.ts";
import { secretName, secretReference } from "./secret-fields.ts";

/** Client ids are Auth0's own, or a URL where clients are known by their metadata document. */
const clientId = (description: string) =>
  formed({ title: "Client id", description }, /^[\x21-\x7e]{1,512}$/, "this must be a client id: no spaces, not empty");

/**
 * Seconds. The example keeps a value for five minutes, a change takes up to 45 s to be everywhere; a key that was read
 * just before it was replaced is accepted for so long, and somewhat longer.
 */
const SHORTEST_OVERLAP = 360;

const login = (title: string, description: string) =>
  z
    .strictObject({
      clientId: clientId("The client id of this application of Curfew's own."),
      secret: secretReference({
        title: "Client secret",
        description:
          "Where the client secret is: secretsmanager:NAME, or env:NAME on a laptop. Never the secret itself.",
      }).optional(),
      privateKey: secretReference({
        title: "Private key",
        description:
          "Where the private key is, as a JSON Web Key: secretsmanager:NAME, or env:NAME on a laptop. Instead of secret.",
      }).optional(),
    })
    .meta({ title, description, oneOf: [{ required: ["secret"] }, { required: ["privateKey"] }] });

const credential = z
  .strictObject({
    clientId: clientId("The application whose credential Curfew rotates."),
    kind: oneOf(
      {
        title: "Kind",
        description: "What the application authenticates with: client-secret, or private-key (private_key_jwt).",
      },
      ["client-secret", "private-key"],
    ).default("client-secret"),
    secret: secretName({
      title: "Secret",
      description: "The name of the secret in Secrets Manager that the consumers read, without a prefix.",
    }),
    maxAge: duration({
      title: "Maximum age",
      description: "How old the credential may become before it is due; the profile's limit when left out.",
    }).optional(),
    rotate: oneOf({ title: "Rotate", description: "auto: Curfew rotates when due. off: only when a person asks." }, [
      "off",
      "auto",
    ]).default("off"),
    consumers: oneOf(
      {
        title: "Consumers",
        description: "confirmed: every consumer reads the vault as documented. Required for rotate: auto.",
      },
      ["confirmed"],
    ).optional(),
    overlap: duration({
      title: "Overlap",
      description:
        "For private keys: how long the old key stays registered beside the new one. At least 6m, and longer than your applications keep a key.",
    })
      .refine((seconds) => seconds >= SHORTEST_OVERLAP, {
        error:
          "an overlap is at least 6m: applications keep a key for 5 minutes, and a change takes up to 45 s to spread",
      })
      .optional(),
    allowHs256: z
      .boolean()
      .meta({
        title: "Allow HS256",
        description:
          "Rotate although the client's ID tokens are signed with its secret; their signatures break at once.",
      })
      .default(false),
  })
  .meta({ title: "Credential", description: "One application's credential that Curfew looks after." });

const containment = z
  .strictObject({
    networkAcl: z
      .strictObject({
        egress: listOf(
          { title: "Egress", description: "The addresses that Curfew's own requests come from; they stay allowed." },
          addressRange({ title: "Address range", description: "IPv4 or IPv6 with a prefix, as 203.0.113.7/32." }),
        ).min(1, { error: "name at least one range, or Curfew would lock itself out" }),
      })
      .meta({ title: "Network ACL", description: "Closes the Management API to everybody else during an incident." })
      .optional(),
  })
  .meta({ title: "Containment", description: "What an incident may use beside taking grants away." });

/** One Auth0 tenant. */
export const tenant = z
  .strictObject({
    name: formed(
      { title: "Name", description: "Curfew's own name for the tenant: lower-case letters, digits and -, unique." },
      /^[a-z0-9-]{1,40}$/,
      "a tenant's name is 1 to 40 lower-case letters, digits and hyphens, as acme-prod",
    ),
    domain: hostName({
      title: "Domain",
      description: "The canonical domain, as acme.eu.auth0.com; not a custom domain, without https://.",
    }),
    origin: loopbackOrigin({
      title: "Origin",
      description: "Where requests go instead: a sandbox on this machine, as http://127.0.0.1:4401. Loopback only.",
    }).optional(),
    plan: oneOf(
      {
        title: "Plan",
        description: "The tenant's plan at Auth0; it sets the pace of requests. Left out: free, the slowest.",
      },
      PLANS,
    ).default("free"),
    environment: words({ title: "Environment", description: "Free text for reports, as production." }).optional(),
    owner: email({ title: "Owner", description: "The email address that hears about this tenant." }).optional(),
    auditor: login("Auditor", "The application that reads the tenant: read scopes only, never read:client_keys."),
    rotator: login("Rotator", "The application that rotates credentials; leave out to rotate nothing.").optional(),
    responder: login("Responder", "The application used in incidents only.").optional(),
    spareResponder: login(
      "Spare responder",
      "Another application like the responder, for incidents about the responder itself.",
    ).optional(),
    credentials: listOf(
      { title: "Credentials", description: "What Curfew rotates in this tenant." },
      credential,
    ).default([]),
    containment: containment.optional(),
  })
  .meta({ title: "Tenant", description: "One Auth0 tenant, and the applications Curfew uses there." });
