import fc from "fast-check";
import { describe, expect, test } from "vitest";
import type { TokenAnswer } from "../../../lib/auth0/ask-for-token.ts";
import { requestsOf, tryLeaked } from "../../../lib/revocation/rotate/try-leaked.ts";
import { virtualClock } from "../../support/virtual-clock.ts";

const SIGNAL = new AbortController().signal;
const WRITTEN = Date.UTC(2026, 10, 23, 6);

/** Tries with answers in this order; what is not given is `denied`. */
async function trial(audiences: readonly string[], answers: readonly TokenAnswer[], begun = WRITTEN) {
  const clock = virtualClock(begun);
  const asked: { at: number; audience: string }[] = [];
  const ask = async (audience: string): Promise<TokenAnswer> => {
    asked.push({ at: clock.now(), audience });
    return answers[asked.length - 1] ?? { answer: "denied" };
  };
  return { asked, came: await clock.run(tryLeaked(audiences, WRITTEN, { ask, clock, signal: SIGNAL })) };
}

const audienceLists = fc.uniqueArray(fc.webUrl(), { minLength: 1, maxLength: 8 });

describe("trying what leaked", () => {
  test("asks for every audience, five times over 30 s, and not before 45 s after the last change", async () => {
    await fc.assert(
      fc.asyncProperty(audienceLists, fc.integer({ min: 0, max: 100_000 }), async (audiences, later) => {
        const { asked, came } = await trial(audiences, [], WRITTEN + later);

        expect(came).toMatchObject({ came: "nothing", detail: null });
        expect(new Set(asked.map(({ audience }) => audience))).toEqual(new Set(audiences));
        const [first = 0, last = 0] = [asked.at(0)?.at, asked.at(-1)?.at];
        expect(first).toBeGreaterThanOrEqual(WRITTEN + 45_000);
        expect(last - first).toBeGreaterThanOrEqual(30_000);
        expect(asked.length).toBeLessThanOrEqual(requestsOf(audiences));
      }),
    );
  });

  test("proves nothing as soon as one answer is another one", async () => {
    const others: TokenAnswer[] = [
      { answer: "issued", scopes: undefined },
      { answer: "refused" },
      { answer: "unknown", detail: "timed-out" },
    ];
    await fc.assert(
      fc.asyncProperty(audienceLists, fc.constantFrom(...others), fc.nat(), async (audiences, other, place) => {
        const index = place % (audiences.length + 4);
        const answers = Array.from(
          { length: index + 1 },
          (_, at): TokenAnswer => (at === index ? other : { answer: "denied" }),
        );

        const { asked, came } = await trial(audiences, answers);

        expect(came.came).toBe(other.answer);
        expect(asked).toHaveLength(index + 1);
      }),
    );
  });
});
