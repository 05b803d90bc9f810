import { describe, expect, it } from "vitest";
import { Secret } from "../../../lib/model/secret.ts";
import { firstAccepted, type Said } from "../../../lib/rotation/asking/asking.ts";
import { inUse } from "../../../lib/rotation/asking/in-use.ts";
import type { RotationRecord } from "../../../lib/rotation/ledger/rotation-record.ts";
import type { Work } from "../../../lib/rotation/work.ts";

const BOTH = [new Secret("pending"), new Secret("current")];

/** A process that lives so many milliseconds, and in which only waiting takes time. */
function workFor(milliseconds: number): { work: Work; now: () => number } {
  let time = 0;
  const sleep = async (pause: number): Promise<void> => {
    time += pause;
  };
  const settings = { clientId: "jkl" };
  const work = { parts: { clock: { now: () => time, sleep } }, until: milliseconds, settings } as unknown as Work;
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

describe("asking whether what is stored is in use", () => {
  const current = new Secret("current");
  const pending = new Secret("pending");
  const record = { acceptedAt: 1 } as RotationRecord;
  const refused = expect.objectContaining({ code: "rotation-refused", detail: "current-refused" });
  const unfinished = expect.objectContaining({ code: "rotation-unfinished" });

  it("is content with one acceptance where nothing was refused", async () => {
    const { work } = workFor(300_000);
    expect(await inUse(work, answering("accepted"), { current, record })).toEqual({ which: "current", askedAt: 0 });
    expect(await inUse(work, answering("accepted"), { current, pending, record })).toEqual({ which: "pending" });
    expect(await inUse(work, answering("unknown", "accepted"), { current, record })).toMatchObject({
      which: "current",
    });
  });

  it("asks for 45 s after the last refusal of the current one", async () => {
    const { work, now } = workFor(300_000);
    const found = await inUse(work, answering("refused", "accepted", "accepted", "refused", "accepted"), {
      current,
      record,
    });
    expect(found).toEqual({ which: "current", askedAt: 60_000 });
    expect(now()).toBe(60_000);
  });

  it("goes on doubting where an answer is missing after a refusal", async () => {
    const { work } = workFor(300_000);
    const missing = Array.from({ length: 8 }, () => "unknown" as const); // for 40 s
    const found = await inUse(work, answering("refused", ...missing, "accepted"), { current, record });
    expect(found).toEqual({ which: "current", askedAt: 85_000 });
  });

  it("counts the 45 s up to the question: what happens while it is answered is not seen", async () => {
    const { work } = workFor(300_000);
    const answers = answering("refused", "accepted");
    const slow = async (): Promise<Said> => {
      await work.parts.clock.sleep(7_000); // an answer that came after 45 s was asked for before
      return answers();
    };
    expect(await inUse(work, slow, { current, record })).toEqual({ which: "current", askedAt: 60_000 });
  });

  it("says so where it is still refused after 45 s, whatever was accepted in between", async () => {
    const { work } = workFor(300_000);
    const foreign = [...Array.from({ length: 4 }, () => ["refused", "accepted"] as const).flat(), "refused"] as const;
    await expect(inUse(work, answering(...foreign), { current, record })).rejects.toEqual(refused);
    await expect(inUse(work, answering("refused"), { current, pending, record })).rejects.toEqual(refused);
  });

  it("does not say that somebody set another one where nothing was ever seen to be accepted", async () => {
    const { work } = workFor(300_000);
    const never = expect.objectContaining({ code: "rotation-refused", detail: "never-accepted" });
    await expect(inUse(work, answering("refused"), { current, record: undefined })).rejects.toEqual(never);
  });

  it("never takes a missing answer for either", async () => {
    const { work } = workFor(300_000);
    await expect(inUse(work, answering("unknown"), { current, record })).rejects.toEqual(unfinished);
    await expect(inUse(work, answering("refused", "unknown"), { current, record })).rejects.toEqual(unfinished);
    await expect(inUse(workFor(20_000).work, answering("refused"), { current, record })).rejects.toEqual(unfinished);
  });

  it("dates the answer by the question", async () => {
    const { work, now } = workFor(300_000);
    const slow = async (): Promise<Said> => {
      await work.parts.clock.sleep(20_000);
      return "accepted";
    };
    expect(await inUse(work, slow, { current, record })).toEqual({ which: "current", askedAt: 0 });
    expect(now()).toBe(20_000);
  });
});
