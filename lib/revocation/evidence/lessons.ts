import { counted } from "../../alerts/harmless-text.ts";
import { days, formatDuration, hours, type Seconds } from "../../model/duration.ts";
import type { IncidentSettings } from "../parts.ts";
import type { Assumed } from "../window/api-lifetimes.ts";
import type { IncidentBundle } from "./bundle.ts";

type Facts = Omit<IncidentBundle, "questions" | "lessons">;

/** What baseline and most APIs do with: docs/checks, `expiry.api.access-token-lifetime`. */
const ENOUGH: Seconds = hours(8);

/** What would make the next window shorter, the most effective first; one sentence each. */
export const lessonsOf = (facts: Facts, settings: Pick<IncidentSettings, "egress">): string[] => [
  ...lifetimes(facts),
  ...assumptions(facts),
  ...delays(facts),
  ...(settings.egress === null
    ? ["With a fixed egress address and containment.networkAcl, tokens for the Management API end at once."]
    : []),
  ...(facts.window?.because.some((line) => line.includes("refresh tokens"))
    ? ["Keep applications that users log in with apart from those that log in as themselves."]
    : []),
];

/** A window is as long as the longest of them: those below it change nothing. */
function lifetimes({ window }: Facts): string[] {
  return (window?.apis ?? [])
    .filter(({ lifetime, assumed }) => assumed === null && lifetime > ENOUGH)
    .slice(0, 5)
    .map(
      ({ audience, lifetime }) =>
        `Tokens for ${audience} live for ${formatDuration(lifetime)}; with ${formatDuration(ENOUGH)} they would be over that much sooner.`,
    );
}

/** What an audit each day would have seen; of the rest it knows no more. */
const UNAUDITED: ReadonlySet<string | null> = new Set<Assumed>([
  "what it was before is not on record",
  "no audit saw it for more than four days",
]);

const assumptions = ({ window }: Facts): string[] => {
  const assumed = (window?.apis ?? []).filter((api) => UNAUDITED.has(api.assumed));
  const [first] = assumed;
  if (!first) return [];
  return [
    `For ${first.audience}${assumed.length > 1 ? ` and ${counted(assumed.length - 1, "other API")}` : ""} ${formatDuration(days(30))} had to be taken, since ${first.assumed}: audit the tenant every day.`,
  ];
};

function delays({ incident, stoppedAt }: Facts): string[] {
  if (incident.drill) return [];
  const opened = Date.parse(incident.openedAt);
  const until = (from: number, to: number): string => formatDuration(Math.max(0, Math.round((to - from) / 1000)));
  return [
    ...(incident.leakedSince === null
      ? []
      : [`It took ${until(Date.parse(incident.leakedSince), opened)} from the leak until it was reported.`]),
    ...(stoppedAt === null
      ? []
      : [
          `It took ${until(opened, Date.parse(stoppedAt))} from the report until it was proven that nothing is given out.`,
        ]),
  ];
}
