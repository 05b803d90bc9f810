import { describe, expect, it } from "vitest";
import { renderEmail } from "../../../lib/alerts/email.ts";
import { announcementAlerts } from "../../../lib/rotation/news/announcement-alerts.ts";
import { announced } from "../../../lib/rotation/schedule/due.ts";
import { known, NOW } from "../../support/rotations.ts";
import { RULES } from "../../support/run-records.ts";

const DAY = 86_400_000;
const AT = new Date(NOW).toISOString();

describe("what an owner hears beforehand", () => {
  const inDays = (clientId: string, days: number, tenant = "a") =>
    known({
      tenant,
      clientId,
      maxAge: 90 * 86_400,
      age: { since: NOW + days * DAY - 90 * DAY, source: "rotation", isAtLeast: false },
    });
  const heard = (...credentials: ReturnType<typeof known>[]) =>
    announcementAlerts(announced(credentials, NOW), RULES, AT);

  it("is one message for those of a tenant that become due on the same day", () => {
    const [alert, ...others] = heard(inDays("jkl", 6.5), inDays("mno", 6.6));

    expect(others).toEqual([]);
    expect(alert).toMatchObject({
      kind: "rotation-due",
      severity: "low",
      owner: "anna@acme.example",
      title: "a: 2 credentials are rotated within 7 days, on 2026-12-01 or soon after",
    });
    expect(renderEmail(alert as never).body).toContain(
      "- jkl, a client-secret: due 2026-12-01 18:00 UTC, then 90 d old",
    );
  });

  it("is how to try each of them, and how to put it off", () => {
    const clients = ["a", "b", "c", "d", "e", "f", "g"];
    const [alert] = heard(...clients.map((client) => inDays(client, 6.5)));
    const [first] = heard(inDays("jkl", 6.5), inDays("it's", 6.6));

    expect(first?.steps.slice(1)).toEqual([
      "See what would happen: npx curfew rotate --tenant a --client 'it'\\''s' --dry-run",
      "See what would happen: npx curfew rotate --tenant a --client jkl --dry-run",
      "To choose the moment yourself, rotate before that day by the same command without --dry-run.",
      "To put it off, set rotate: off in curfew.yaml and deploy before that day.",
    ]);
    expect(alert?.steps).toHaveLength(1 + 5 + 1 + 2);
    expect(alert?.steps).toContain("The same with the client of 2 others.");
  });

  it("is told again a day before, and once each", () => {
    const ids = (days: number) => heard(inDays("jkl", days)).map(({ id }) => id);

    expect(ids(0.9)).not.toEqual(ids(6.5));
    expect(heard(inDays("jkl", 0.9))[0]?.title).toBe(
      "a: the credential of jkl is rotated within 1 day, on 2026-11-26 or soon after",
    );
    const next = announcementAlerts(announced([inDays("jkl", 6.5)], NOW + DAY), RULES, AT);
    expect(next.map(({ id }) => id)).toEqual(ids(6.5));
  });

  it("is told for the last time by the last audit before, with as many days as there are", () => {
    const [alert] = announcementAlerts(announced([inDays("jkl", 2.5)], NOW, 3 * DAY), RULES, AT);

    expect(alert?.title).toBe("a: the credential of jkl is rotated within 3 days, on 2026-11-27 or soon after");
    expect(heard(inDays("jkl", 2.5))[0]?.id).not.toBe(alert?.id);
  });

  it("is heard by everybody where nobody owns the tenant", () => {
    expect(heard(inDays("jkl", 3, "nobody's"))).toMatchObject([{ kind: "rotation", owner: null }]);
  });
});
