// Auth0's own SDK as the judge of our slices: `npm run types` fails when a slice names a field that the SDK does
// not know, or reads it as another type. There is nothing to run.
import type { Management } from "auth0";
import type * as z from "zod";
import type { Action } from "../../lib/auth0/resources/action.ts";
import type { Client, ClientAuthentication, clientCredential } from "../../lib/auth0/resources/client.ts";
import type { ClientGrant } from "../../lib/auth0/resources/client-grant.ts";
import type { emailTemplate, LinkTemplate } from "../../lib/auth0/resources/email-template.ts";
import type { NetworkAcl } from "../../lib/auth0/resources/network-acl.ts";
import type { ResourceServer } from "../../lib/auth0/resources/resource-server.ts";
import type { SigningKey } from "../../lib/auth0/resources/signing-key.ts";
import type { TenantSettings } from "../../lib/auth0/resources/tenant-settings.ts";
import type { RotatedClientAnswer } from "../../lib/auth0/rotation-endpoints.ts";

/** A type of the SDK with `null` and absence taken away at every level: our slices have their own words for these. */
type Present<T> = T extends readonly (infer Item)[]
  ? Present<Item>[]
  : T extends object
    ? { [Key in keyof T]: Present<NonNullable<T[Key]>> }
    : T;

/** `true` when the SDK knows every field of the slice, and a value that it describes can be read by the slice. */
type Reads<Slice, Sdk> =
  Exclude<keyof Slice, keyof Sdk> extends never
    ? Present<Pick<Sdk, keyof Slice & keyof Sdk>> extends Partial<Slice>
      ? true
      : "a field has another type"
    : Exclude<keyof Slice, keyof Sdk>;

type Holds<Assertion extends true> = Assertion;

/** The fields of an application, at any level below it, that hold references to its registered keys. */
type RefersToKeys<T> = T extends { credentials?: unknown }
  ? NonNullable<T["credentials"]> extends readonly { id: string }[]
    ? true
    : never
  : never;
type FieldsWithKeys<T> = keyof {
  // The SDK's types let an application have fields of any name: only those with a name of their own say anything.
  [Key in keyof T as string extends Key ? never : RefersToKeys<NonNullable<T[Key]>> extends never ? never : Key]: true;
};

/** `true` when a slice reads every place from which the SDK knows that a registered key can be referred to. */
type ReadsAllReferences<Slice> =
  | Exclude<FieldsWithKeys<Management.Client>, keyof Slice>
  | Exclude<
      FieldsWithKeys<Management.ClientAuthenticationMethod>,
      Slice extends { client_authentication_methods?: infer Methods } ? keyof NonNullable<Methods> : never
    > extends never
  ? true
  : "a place is missing";

type SigningKeyDate = "current_since" | "current_until";

export type Judgements = [
  Holds<Reads<Client, Management.Client>>,
  Holds<Reads<ClientAuthentication, Management.Client>>,
  Holds<ReadsAllReferences<RotatedClientAnswer>>,
  Holds<Reads<z.infer<typeof clientCredential>, Management.ClientCredential>>,
  Holds<Reads<ResourceServer, Management.ResourceServer>>,
  Holds<Reads<ClientGrant, Management.ClientGrantResponseContent>>,
  Holds<Reads<TenantSettings, Management.GetTenantSettingsResponseContent>>,
  // Its dates are a string or any object: only the string can be read, and an object becomes `Unreadable`.
  Holds<Reads<Omit<SigningKey, SigningKeyDate>, Management.SigningKeys>>,
  Holds<Reads<Pick<SigningKey, SigningKeyDate>, Record<SigningKeyDate, Extract<Management.SigningKeysDate, string>>>>,
  Holds<Reads<Action, Management.Action>>,
  Holds<Reads<NetworkAcl, Management.NetworkAclsResponseContent>>,
  Holds<Reads<z.infer<typeof emailTemplate>, Management.GetEmailTemplateResponseContent>>,
  Holds<LinkTemplate extends Management.EmailTemplateNameEnum ? true : false>,
];
