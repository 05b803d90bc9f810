import type { Alert } from "./alert.ts";
import { alertId } from "./alert-id.ts";

/**
 * The message that shows whether a channel works. It is as bad as can be, so that every minimum lets it pass.
 *
 * @param at when it was asked for: ISO 8601
 * @param nonce makes it another message each time
 */
export function testAlert(at: string, nonce: string): Alert {
  return {
    id: alertId("test", nonce),
    kind: "test",
    severity: "critical",
    tenant: null,
    owner: null,
    title: "Curfew's alerts reach you here",
    text: "Somebody ran curfew alerts test. Nothing is wrong.",
    facts: [],
    steps: [],
    items: [],
    at,
  };
}
