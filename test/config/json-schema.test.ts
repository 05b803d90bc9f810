import { Ajv2020 } from "ajv/dist/2020.js";
import { describe, expect, test } from "vitest";
import { parse } from "yaml";
import { CATALOGUE } from "../../lib/checks/catalogue.ts";
import { configJsonSchema } from "../../lib/config/json-schema.ts";
import { CHECKS, changed, FULL, LEAST } from "./example.ts";

interface Schema {
  title?: string;
  description?: string;
  properties?: Record<string, Schema>;
  items?: Schema;
}

const schema = configJsonSchema(CHECKS) as Schema;
const validate = new Ajv2020({ strict: false, allErrors: true }).compile(schema);

/** Every key of the schema with its path. */
function keys(of: Schema, path: string): [string, Schema][] {
  const inside = Object.entries(of.properties ?? {}).map(([key, value]): [string, Schema] => [`${path}.${key}`, value]);
  const items: [string, Schema][] = of.items ? [[`${path}[]`, of.items]] : [];
  return [...inside, ...items].flatMap(([at, value]) => [[at, value] as [string, Schema], ...keys(value, at)]);
}

describe("the JSON Schema for editors", () => {
  test.each([
    ["the full example", FULL],
    ["the least example", LEAST],
  ])("accepts %s", (_title, text) => {
    expect(validate(parse(text)), JSON.stringify(validate.errors)).toBe(true);
  });

  test.each([
    ["an unknown key", changed("    plan: enterprise", "    paln: enterprise")],
    ["a missing key", changed("    domain: acme.eu.auth0.com\n", "")],
    ["a domain with a scheme", changed("domain: acme", "domain: https://acme")],
    ["an unknown plan", changed("plan: enterprise", "plan: gold")],
    ["a secret in plain", changed("secret: env:RESPONDER_SECRET", "secret: hunter2")],
    ["a login with nothing", changed("clientId: ghi, secret: env:RESPONDER_SECRET", "clientId: ghi")],
    ["a login with both", changed("clientId: ghi, ", "clientId: ghi, privateKey: env:KEY, ")],
    ["a bad duration", changed("maxAge: 90d", "maxAge: 90 days")],
    ["an unknown check", changed("expiry.session.persistent-cookie: off", "expiry.session.cookie: off")],
    ["a band that the check lacks", changed("{ medium: 8h, high: 2d }", "{ low: 8h }")],
    ["a duration for a yes-or-no check", changed("persistent-cookie: off", "persistent-cookie: 8h")],
    ["a duration for a count", changed("scope-count: { medium: 20 }", "scope-count: { medium: 20d }")],
    ["a duration for a variant of severities", changed("{ confidential: off }", "{ confidential: 8h }")],
    ["another version", changed("version: 1", "version: 2")],
  ])("rejects %s", (_title, text) => {
    expect(validate(parse(text))).toBe(false);
  });

  test("is a schema for the real catalogue too", () => {
    const whole = new Ajv2020({ strict: false }).compile(configJsonSchema(CATALOGUE));

    expect(whole(parse(LEAST))).toBe(true);
  });

  test("helps with every key: a title and a description", () => {
    const all = keys(schema, "");

    expect(all.length).toBeGreaterThan(60);
    expect(all.filter(([, key]) => !key.title || !key.description).map(([path]) => path)).toEqual([]);
  });

  test("knows the checks of the catalogue and says what they are about", () => {
    const checks = schema.properties?.policy?.properties?.checks?.properties ?? {};

    expect(Object.keys(checks)).toEqual(CHECKS.map(({ id }) => id));
    expect(checks[CHECKS[0]?.id ?? ""]?.title).toBe(CHECKS[0]?.title);
  });
});
