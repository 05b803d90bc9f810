import { describe, expect, it } from "vitest";
import { Secret } from "../../lib/model/secret.ts";
import { firstAccepted, type Said } from "../../lib/rotation/asking.ts";
import type { Work } from "../../lib/rotation/work.ts";

const BOTH = [new Secret("pending"), new Secret("current")];

/** A process that lives so many milliseconds, and in which only waiting takes time. */
function workFor(milliseconds: number): { work: Work; now: () => number } {
  let time = 0;
  const sleep = async (pause: number): Promise<void> => {
    time += pause;
  };
  const work = { parts: { clock: { now: () => time, sleep } }, until: milliseconds } as unknown as Work;
  return { work, now: () => time };
}

/** Answers from a list, the last one again and again. */
function answering(...list: Said[]): () => Promise<Said> {
  let asked = 0;
  return async () => list[Math.min(asked++, list.length - 1)] as Said;
}

describe("asking which of two credentials is accepted", () => {
  it("tells the first one that is, round after round", async () => {
    const { work } = workFor(300_000);
    expect(await firstAccepted(work, answering("accepted"), BOTH)).toBe(0);
    expect(await firstAccepted(work, answering("refused", "accepted"), BOTH)).toBe(1);
    expect(await firstAccepted(work, answering("refused", "unknown", "refused", "refused", "accepted"), BOTH)).toBe(0);
  });

  it("says refused only when every answer of 45 s was a refusal", async () => {
    const { work, now } = workFor(300_000);
    expect(await firstAccepted(work, answering("refused"), BOTH)).toBe("refused");
    expect(now()).toBeGreaterThanOrEqual(45_000);
    expect(await firstAccepted(work, answering("unknown", "refused"), BOTH)).toBe("unknown");
    expect(await firstAccepted(work, answering("unknown"), BOTH)).toBe("unknown");
  });

  it("does not say refused after a time that was too short", async () => {
    const { work, now } = workFor(20_000);
    expect(await firstAccepted(work, answering("refused"), BOTH)).toBe("unknown");
    expect(now()).toBeLessThanOrEqual(20_000);
  });
});
