import { isOpen, type RotationRecord } from "../../rotation/ledger/rotation-record.ts";
import type { Came } from "../contain/came.ts";
import type { Given } from "./give.ts";
import { loginToChange, type Place } from "./place.ts";
import type { Replacing } from "./replacing.ts";

/** What is left when everything that can be taken away was. */
export interface Left {
  record: RotationRecord | undefined;
  isRetired: boolean;
  /** What is known of the old credential where nothing is missing. */
  old: string;
}

/** What replacing came to, and what of the old credential is left. */
export function judged(
  { place, client, incident, parts }: Replacing,
  { wasHeld, isFirst }: Given,
  { record, isRetired, old }: Left,
): Came {
  const { clientId } = incident;
  const open = record?.aftercare.filter(isOpen) ?? [];
  const missing = open.map(({ answers }) =>
    answers.at(-1)?.old === "accepted"
      ? `the old credential of ${clientId}: Auth0 still accepts it`
      : `the old credential of ${clientId}: it is not proven dead yet`,
  );
  if (missing.length === 0 && !isRetired) missing.push(`the label AWSPREVIOUS of the secret ${place.name}`);
  const said = [
    replacedIn(place),
    missing.length === 0 ? old : "",
    isFirst ? "Whoever uses the application has to read it there: nobody else knows the new one." : "",
    loginToChange(incident, place, parts),
    wasHeld ? "Rotating it was held; the incident did so all the same." : "",
    client.idTokenAlgorithm === "HS256" ? HS256 : "",
  ];
  const message = said.filter((sentence) => sentence !== "").join(" ");
  return missing.length > 0 ? { outcome: "incomplete", message, missing, code: null } : { outcome: "done", message };
}

export const replacedIn = ({ name }: Place): string => `The application has a new credential, in the secret ${name}.`;

const HS256 =
  "Its ID tokens are signed with its secret (HS256): whoever verifies them needs the new one, and whoever has the old one can go on forging them until then.";
