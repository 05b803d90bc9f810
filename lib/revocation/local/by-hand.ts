import { shellWord } from "../../model/shell-word.ts";
import type { Table } from "../../store/table.ts";
import { addedTo } from "../contain/added.ts";
import { nameOf } from "../contain/keep-grants.ts";
import { FOR_ITSELF } from "../contain/known-client.ts";
import { type Incident, isComplete, type StepResult } from "../incident/incident.ts";
import { mayHaveAcl, removeAclByHand } from "../incident/network-rule.ts";
import { readPreserved, readPreservedGrants } from "../incident/preserve.ts";
import { sharersOf, toldBy } from "../incident/sharers.ts";
import { revokeCertificate } from "../leak/leak-kinds.ts";
import type { RevokedClient, RevokedGrant } from "../ports.ts";
import { wholeGrantText } from "../restore/restore-text.ts";

/**
 * What a person does by hand to give back what was taken away, since a machine without the vault and without a second
 * person gives nothing back: one thing a line, in the order in which it is to be done. The same as in the evidence.
 *
 * Source of the ways through the dashboard: Auth0 documentation, "Authorize M2M Access", "Manage Rules in Dashboard".
 *
 * @param config the configuration, as it was named; undefined where nobody did
 * @returns nothing where nothing was taken away, as in a drill
 */
export async function giveBackByHand(incident: Incident, table: Table, config?: string): Promise<string[]> {
  const { clientId, drill, steps } = incident;
  const client = await readPreserved<RevokedClient>(table, incident, "client");
  const types = await readPreserved<readonly string[] | null>(table, incident, "grant-types");
  const sharers = await sharersOf(table, incident);
  const preserved = await readPreservedGrants<RevokedGrant>(table, incident);
  const grants = preserved.filter((grant) => !grant.isSystem && !isLeft(grant, sharers));
  const told = sharers.flatMap((sharer) => Object.values(sharer.steps).flatMap(toldBy));
  const lines = [
    ...addedTo(incident).map(({ what }) => `${what} was added since the first look: ${TAKE_AWAY}`),
    ...grants.map((grant) => grantLine(grant, clientId)),
    ...grants.flatMap(({ audience, organizations }) => organizations.map((one) => organizationLine(one, audience))),
    ...told.map((line) => `As people were told, because it could not be stored: ${line}`),
    ...typeLines(incident, types, client?.name),
    ...sharers.flatMap(aclLines),
  ];
  if (drill) return [];
  if (lines.length > 0) return [...firstLines(incident, config), ...lines, LAST];
  return isComplete(steps.lock) ? [NOTHING_TAKEN] : [];
}

const TAKE_AWAY =
  "take it away first, or be sure that it is yours; whoever has it gets tokens as soon as the rest is back.";

const NOTHING_TAKEN =
  "Nothing: the application got no tokens for itself when this incident began, so it took nothing away. If another incident closed it, that one says what it took.";

const firstLines = (incident: Incident, config: string | undefined): string[] => [
  ...(incident.leak?.levers.includes("rotate") === false
    ? []
    : [
        ...firstOfAll(incident, config),
        "An incident that is open there takes away again what is given back by hand: end it before, by its id in npx curfew incidents, once the credential is replaced.",
      ]),
  ...(incident.closedAt === null
    ? [
        `So does this one: wait until its window is over, or end it before: npx curfew incidents close ${incident.id} --local --reason 'given back by hand'`,
      ]
    : []),
  "Give back what it needs, and leave out what it does not.",
];

/** Nobody gives back access before what leaked is worthless. */
const firstOfAll = (incident: Incident, config: string | undefined): string[] =>
  incident.leak?.hasCertificate
    ? [
        ...revokeCertificate(incident.clientId),
        "Do both before anything is given back, or whoever has the old one gets tokens again; give it another credential there.",
      ]
    : [
        `First a new credential, or whoever has the old one gets tokens again. Where AWS answers, it is made and stored by: ${deployedCommand(incident, config)}`,
        "Where it does not: Applications > Applications > the application > Settings, or Credentials for a key. Make a new one, store it where its services read it, and delete the old one.",
      ];

/** How the same incident is started where AWS answers: the credential is replaced there. */
export const deployedCommand = ({ tenant, clientId, reason }: Incident, config: string | undefined): string =>
  `npx curfew revoke --tenant ${tenant} --client ${shellWord(clientId)} --reason ${shellWord(reason)}${config === undefined ? "" : ` --config ${shellWord(config)}`}`;

const LAST = "Then look what is too much: npx curfew audit";

const grantLine = (grant: RevokedGrant, clientId: string): string =>
  `Applications > Applications > ${clientId} > APIs: authorize it for ${wholeGrantText(grant)} (it was ${grant.id})`;

/** Whether all who took grants away left that one: a step names what it could not delete. */
function isLeft(grant: RevokedGrant, sharers: readonly Incident[]): boolean {
  const runs = sharers.flatMap(({ steps: { contain } }) => contain ?? []);
  const names = (run: StepResult): boolean =>
    run.outcome === "incomplete" && run.missing.some((line) => line.startsWith(nameOf(grant)));
  return runs.length > 0 && runs.every(names);
}

const organizationLine = (organization: string, audience: string): string =>
  `Organizations > ${organization} > Machine-to-Machine Access > Add Access: the application, for ${audience}`;

function typeLines(
  { steps: { lock }, clientId }: Incident,
  types: readonly string[] | null | undefined,
  name = clientId,
) {
  if (!isComplete(lock)) return [];
  const where = `Applications > Applications > ${name} > Settings > Advanced Settings > Grant Types`;
  if (!types) return [`${where}: which ones it had is not stored; tick Client Credentials if it had that one.`];
  return types.includes(FOR_ITSELF) ? [`${where}: tick Client Credentials. It had: ${types.join(" ")}`] : [];
}

const aclLines = (incident: Incident): string[] => (mayHaveAcl(incident) ? [removeAclByHand(incident)] : []);
