import type { Sandbox } from "../start-sandbox.ts";

/** What happens in the story's tenants from one day to the next. */
export interface StoryDay {
  /** One sentence a change, for the person who watches. */
  changes: readonly string[];
  apply(sandbox: Sandbox): void;
}

const ordersApi = (sandbox: Sandbox) =>
  sandbox
    .tenant("old-shop")
    .state.resourceServers.all()
    .find(({ identifier }) => identifier === "https://orders.old-shop.example/");

/** Somebody tidies up, and somebody else opens a door. */
export const SECOND_DAY: StoryDay = {
  changes: [
    "old-shop: somebody lets sessions end after a week, and Orders API's tokens after an hour",
    "harbour-bank: somebody turns a legacy login endpoint on for a test",
  ],
  apply(sandbox) {
    const { settings } = sandbox.tenant("old-shop").state;
    Object.assign(settings, { session_lifetime: 168, idle_session_lifetime: 72 });
    Object.assign(ordersApi(sandbox) ?? {}, { token_lifetime: 3_600, token_lifetime_for_web: 3_600 });
    const bank = sandbox.tenant("harbour-bank").state.settings;
    bank.flags = { ...(bank.flags as object), allow_legacy_ro_grant_types: true };
  },
};

/** An old script puts back what it knows. */
export const THIRD_DAY: StoryDay = {
  changes: [
    "old-shop: a script from long ago sets Orders API's tokens to 30 days again",
    "harbour-bank: the legacy endpoint is off again",
  ],
  apply(sandbox) {
    Object.assign(ordersApi(sandbox) ?? {}, { token_lifetime: 2_592_000 });
    const bank = sandbox.tenant("harbour-bank").state.settings;
    bank.flags = { ...(bank.flags as object), allow_legacy_ro_grant_types: false };
  },
};
