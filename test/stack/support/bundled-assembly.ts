import { readFile } from "node:fs/promises";
import { join } from "node:path";
import { synthesizeHere } from "../../../bin/laptop/synthesize-here.ts";
import type { Assembly } from "../../../lib/sandbox/cloud/deploy.ts";
import type { Template } from "../../../lib/sandbox/cloud/template/template.ts";
import { sharedBundles } from "../../support/shared-bundles.ts";

/**
 * Synthesizes the stack as `npx cdk synth` does, its functions bundled as they are deployed. No configuration is bundled
 * with them: so they are those that all files share, and the template alone is this configuration's own.
 */
export async function bundledAssembly(config: string): Promise<Assembly> {
  const [own, folder] = await Promise.all([synthesizeHere(config, new AbortController().signal), sharedBundles()]);
  const shared: Template = JSON.parse(await readFile(join(folder, "Curfew.template.json"), "utf8"));
  return { ...own, template: withCodeOf(shared, own.template), folder };
}

function withCodeOf(shared: Template, { Resources, ...rest }: Template): Template {
  const resources = Object.entries(Resources).map(([id, resource]) => {
    if (resource.Type !== "AWS::Lambda::Function") return [id, resource];
    const code = shared.Resources[id]?.Properties?.Code;
    if (!code) throw new TypeError(`Nobody bundled the function ${id}.`);
    return [id, { ...resource, Properties: { ...resource.Properties, Code: code } }];
  });
  return { ...rest, Resources: Object.fromEntries(resources) };
}
