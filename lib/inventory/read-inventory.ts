import {
  getEmailTemplate,
  getTenantSettings,
  listActions,
  listClientCredentials,
  listClientGrants,
  listClients,
  listNetworkAcls,
  listResourceServers,
  listSigningKeys,
  READ_SCOPES,
} from "../auth0/endpoints.ts";
import type { ManagementApi } from "../auth0/management-api.ts";
import type { ClientAuthentication, ClientCredential } from "../auth0/resources/client.ts";
import { LINK_TEMPLATES } from "../auth0/resources/email-template.ts";
import { sideBySide } from "../auth0/side-by-side.ts";
import { isUnreadable } from "../model/reported.ts";
import { type Inventory, SECTION_NAMES, type Section, type SectionName, type Sections } from "./inventory.ts";
import { because, unavailable } from "./unavailable.ts";

/** Hears of each section when it is done, for progress. */
export type SectionListener = (name: SectionName, section: Section<unknown>) => void;

/** How a section is read from the API. Readings of one inventory share the list of applications. */
type Readers = { readonly [Name in SectionName]: () => Promise<Section<Sections[Name]>> };

/**
 * Reads one tenant, its sections side by side; the pacer of `api` keeps them within the tenant's rate limit.
 * A section that fails takes no other with it, except those that are read through it.
 *
 * @param wanted the sections that somebody needs; the others are neither requested nor reported
 * @throws CurfewError `interrupted` only; every other failure is a section with its reason
 */
export async function readInventory(
  api: ManagementApi,
  wanted: ReadonlySet<SectionName>,
  signal: AbortSignal,
  onSection: SectionListener = () => undefined,
): Promise<Inventory> {
  const readers = sectionReaders(api, wanted, signal);
  const names = SECTION_NAMES.filter((name) => wanted.has(name));
  const sections = await Promise.all(
    names.map(async (name): Promise<[SectionName, Section<unknown>]> => {
      const section = await readers[name]();
      onSection(name, section);
      return [name, section];
    }),
  );
  return Object.fromEntries(sections) as Inventory;
}

function sectionReaders(api: ManagementApi, wanted: ReadonlySet<SectionName>, signal: AbortSignal): Readers {
  const needsAuthentication = wanted.has("clientAuthentication") || wanted.has("clientCredentials");
  const clients = once(() => attempt(() => listClients(api, needsAuthentication, signal)));

  const authentication = async (): Promise<Section<readonly ClientAuthentication[]>> => {
    const read = await clients();
    if (read.status === "unavailable") return read;
    const { authentication } = read.data;
    return authentication ? complete(authentication) : because("missing-scope", READ_SCOPES.clientAuthentication);
  };

  return {
    tenantSettings: () => attempt(() => getTenantSettings(api, signal)),
    clients: async () => {
      const read = await clients();
      return read.status === "unavailable" ? read : complete(read.data.clients);
    },
    clientAuthentication: authentication,
    clientCredentials: async () => {
      const read = await authentication();
      return read.status === "unavailable" ? read : attempt(() => readCredentials(api, read.data, signal));
    },
    resourceServers: () => attempt(() => listResourceServers(api, signal)),
    clientGrants: () => attempt(() => listClientGrants(api, signal)),
    signingKeys: () => attempt(() => listSigningKeys(api, signal)),
    actions: () => attempt(() => listActions(api, signal)),
    networkAcls: () => attempt(() => listNetworkAcls(api, signal)),
    emailTemplates: () =>
      attempt(() => sideBySide(LINK_TEMPLATES, signal, (template, end) => getEmailTemplate(api, template, end))),
  };
}

/** One request for each application that refers to a registered key. */
async function readCredentials(
  api: ManagementApi,
  clients: readonly ClientAuthentication[],
  signal: AbortSignal,
): Promise<ClientCredential[]> {
  const ids = clients.filter(refersToKeys).map((client) => client.client_id);
  return (await sideBySide(ids, signal, (id, end) => listClientCredentials(api, id, end))).flat();
}

/** Where the answer is unreadable the keys are asked for: one request more, instead of keys that nobody looked at. */
function refersToKeys(client: ClientAuthentication): boolean {
  const methods = client.client_authentication_methods;
  if (isUnreadable(methods)) return true;
  const lists = [...Object.values(methods ?? {}), client.signed_request_object, client.token_vault_privileged_access];
  return lists.some((list) => {
    if (list === undefined) return false;
    if (isUnreadable(list) || isUnreadable(list.credentials)) return true;
    return (list.credentials ?? []).length > 0;
  });
}

async function attempt<T>(read: () => Promise<T>): Promise<Section<T>> {
  try {
    return complete(await read());
  } catch (error) {
    return unavailable(error);
  }
}

const complete = <T>(data: T): Section<T> => ({
  status: "complete",
  data,
  count: Array.isArray(data) ? data.length : 1,
});

function once<T>(run: () => Promise<T>): () => Promise<T> {
  let result: Promise<T> | undefined;
  return () => {
    result ??= run();
    return result;
  };
}
