/** What the page calls its parts: of an incident, and of a drill, in which nothing leaked and nothing was done. */
export interface PageWords {
  leaked: string;
  outSince: string;
  tokensWorked: string;
  done: string;
  found: string;
  exposed: string;
  usesBefore: string;
  noUsesBefore: string;
  usesAfter: string;
  containing: string;
  timeline: string;
}

const INCIDENT: PageWords = {
  leaked: "What leaked",
  outSince: "Out since",
  tokensWorked: "Until when tokens that were out work",
  done: "What was done",
  found: "What was found",
  exposed: "What may be exposed or planted",
  usesBefore: "Uses that looking back found",
  noUsesBefore: "The log has none since the leak.",
  usesAfter: "Uses that should not be",
  containing: "Curfew's own containing is among it.",
  timeline: "What Curfew and people did; coloured, what Auth0's log says was done with it.",
};

const DRILL: PageWords = {
  leaked: "What would have leaked",
  outSince: "It would have been out since",
  tokensWorked: "Until when tokens would have worked",
  done: "What would have been done",
  found: "What would have been found",
  exposed: "What might have been exposed or planted",
  usesBefore: "What the log has of the application, which might have been the thief's",
  noUsesBefore: "The log has nothing of it in that time.",
  usesAfter: "Uses after it would have been locked",
  containing: "In an emergency Curfew's own containing would be among it.",
  timeline: "What Curfew and people walked through; coloured, what Auth0's log says of the application.",
};

export const wordsOf = ({ drill }: { drill: boolean }): PageWords => (drill ? DRILL : INCIDENT);
