import fc from "fast-check";
import { describe, expect, it, test } from "vitest";
import type { Alert } from "../../lib/alerts/alert.ts";
import { renderEmail } from "../../lib/alerts/email.ts";
import { renderSlack, type SlackBlock } from "../../lib/alerts/slack/message.ts";
import { snsMessage } from "../../lib/aws/sns-publisher.ts";
import { ALERT_KINDS } from "../../lib/model/alert-kind.ts";
import { SEVERITIES } from "../../lib/model/severity.ts";

const ALERT: Alert = {
  id: "al_1",
  kind: "finding",
  severity: "critical",
  tenant: "acme-prod",
  owner: "identity@acme.example",
  title: "acme-prod: Access tokens of Orders API live 30 d",
  text: "This audit found it for the first time.",
  facts: [
    { label: "Severity", value: "critical" },
    { label: "Tenant", value: "acme-prod" },
  ],
  steps: ["Shorten it.", "Look again."],
  items: [],
  at: "2026-11-25T06:00:00.000Z",
};

/** Text that a stranger chose to do harm. */
const HOSTILE = "a\r\nBcc: all\u202E\u0000<!channel> <@U1> *b* `c` https://evil.example &amp; \u2066\uD800 :fire:";

const alert = (parts: Partial<Alert>): Alert => ({ ...ALERT, ...parts });

describe("a mail", () => {
  it("says in its first words how bad it is and where, then the facts, then what to do", () => {
    expect(renderEmail(ALERT)).toEqual({
      subject: "CRITICAL acme-prod: Access tokens of Orders API live 30 d",
      body: `acme-prod: Access tokens of Orders API live 30 d

This audit found it for the first time.

Severity: critical
Tenant: acme-prod

What to do:
1. Shorten it.
2. Look again.

Curfew, 2026-11-25 06:00 UTC
al_1`,
    });
  });

  it.each([
    ["digest", "CURFEW Digest"],
    ["test", "TEST Digest"],
    ["not-audited", "CRITICAL Digest"],
  ] as const)("begins with a word of its own for %s", (kind, begins) => {
    expect(renderEmail(alert({ kind, title: "Digest" })).subject).toBe(begins);
  });

  it("has a subject without accents, and cuts it", () => {
    expect(renderEmail(alert({ title: `Zürich: “ß” – 東京 ${"x".repeat(200)}` })).subject).toMatch(
      /^CRITICAL Zurich: "\?" - \?\? x{70}\.\.\.$/,
    );
  });

  it("lets nobody forge a line or a link", () => {
    const { subject, body } = renderEmail(alert({ title: HOSTILE, facts: [{ label: "Name", value: HOSTILE }] }));

    expect(subject).toMatch(/^[\x20-\x7E]+$/);
    expect(body).not.toMatch(/^Bcc:/m);
    expect(body).not.toMatch(/https:\/\//);
    expect(body).not.toMatch(/[^\P{C}\n]/u);
  });
});

describe("a Slack message", () => {
  it("shows the same in blocks of plain text", () => {
    const plain = (text: string) => ({ type: "plain_text", text, emoji: false });
    expect(renderSlack(alert({ items: ["one", "two"] }))).toEqual({
      text: "CRITICAL acme-prod: Access tokens of Orders API live 30 d",
      blocks: [
        { type: "header", text: plain("CRITICAL acme-prod: Access tokens of Orders API live 30 d") },
        { type: "section", text: plain("This audit found it for the first time.") },
        { type: "section", fields: [plain("Severity\ncritical"), plain("Tenant\nacme-prod")] },
        { type: "section", text: plain("• one\n• two") },
        { type: "section", text: plain("1. Shorten it.\n2. Look again.") },
        { type: "context", elements: [plain("Curfew, 2026-11-25 06:00 UTC, al_1")] },
      ],
    });
  });

  it("mentions nobody, wherever a name stands", () => {
    const { text, blocks } = renderSlack(alert({ title: HOSTILE, items: [HOSTILE], steps: [HOSTILE], text: HOSTILE }));

    expect(text).not.toMatch(/[<>]|&(?!amp;|lt;|gt;)/);
    expect(JSON.stringify(blocks)).not.toContain("mrkdwn");
  });

  it("says how many lines it leaves out", () => {
    const { blocks } = renderSlack(alert({ items: Array(500).fill("x".repeat(98)), steps: [] }));

    const list = blocks.at(-2);
    expect(list?.type === "section" && "text" in list && list.text.text).toMatch(/\nand 471 more$/);
  });
});

const anyText = fc.oneof(
  fc.string({ unit: "binary", maxLength: 300 }),
  fc.string({ unit: "grapheme", maxLength: 300 }),
  fc.constant(HOSTILE),
  fc.constantFrom("", " ", "\\", '"', "\u{1F4A5}", "界", "://", "\u{E0001}").map((text) => text.repeat(20_000)),
);

const anyAlert: fc.Arbitrary<Alert> = fc.record({
  id: anyText,
  kind: fc.constantFrom(...ALERT_KINDS),
  severity: fc.constantFrom(...SEVERITIES),
  tenant: fc.option(fc.constant("acme-prod")),
  owner: fc.option(fc.constant("identity@acme.example")),
  title: anyText,
  text: anyText,
  facts: fc.array(fc.record({ label: anyText, value: anyText }), { maxLength: 30 }),
  steps: fc.array(anyText, { maxLength: 30 }),
  items: fc.oneof(
    fc.array(anyText, { maxLength: 30 }),
    anyText.map((text) => Array<string>(2_000).fill(text)),
  ),
  at: fc.constant("2026-11-25T06:00:00.000Z"),
});

/** Every text of a block. */
const textsOf = (block: SlackBlock): string[] =>
  block.type === "context"
    ? block.elements.map(({ text }) => text)
    : "fields" in block
      ? block.fields.map(({ text }) => text)
      : [block.text.text];

test("every limit of SNS and Slack holds for any alert", () => {
  let alerts = 0;
  let largest = 0;
  fc.assert(
    fc.property(anyAlert, (one) => {
      alerts++;
      const { Subject, Message, MessageAttributes } = snsMessage(one);

      expect(Subject).toMatch(/^[\x21-\x7E][\x20-\x7E]{0,98}$/);
      const size = Buffer.byteLength(Message + JSON.stringify(MessageAttributes));
      largest = Math.max(largest, size);
      expect(size).toBeLessThanOrEqual(262_144);
      const values = Object.values(MessageAttributes).map(({ StringValue }) => StringValue);
      expect(values.every((value) => value !== undefined && value !== "")).toBe(true);
      const { default: plain, email, sqs } = JSON.parse(Message) as Record<string, string>;
      expect(plain).toBe(Subject);
      expect(email?.isWellFormed()).toBe(true);
      expect(JSON.parse(sqs ?? "")).toMatchObject({ alert: { kind: one.kind, severity: one.severity } });

      const { text, blocks } = renderSlack(one);
      expect(blocks.length).toBeLessThanOrEqual(50);
      expect(text.length).toBeLessThanOrEqual(3_000);
      for (const block of blocks) {
        const longest = block.type === "header" ? 150 : "fields" in block ? 2_000 : 3_000;
        if ("fields" in block) expect(block.fields.length).toBeLessThanOrEqual(10);
        for (const shown of textsOf(block)) {
          expect(shown.length).toBeGreaterThan(0);
          expect(shown.length).toBeLessThanOrEqual(longest);
          expect(shown.isWellFormed()).toBe(true);
          expect(shown).not.toMatch(/[\u202A-\u202E\u2066-\u2069]/);
        }
      }
      expect(blocks.flatMap(textsOf).join("").length).toBeLessThan(12_000);
    }),
    { numRuns: 300 },
  );
  console.info(`renderers: ${alerts} alerts, the largest message ${largest} bytes of 262,144`);
});
