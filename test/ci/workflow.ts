import { existsSync } from "node:fs";
import { copyFile, mkdir, readFile, writeFile } from "node:fs/promises";
import { join } from "node:path";
import { parse } from "yaml";
import { runScript } from "./shell.ts";

/** The parts of a GitHub Actions workflow that the example uses. */
export interface Workflow {
  permissions: Record<string, string>;
  jobs: Record<string, Job>;
}

interface Job {
  if?: string;
  needs?: string;
  permissions: Record<string, string>;
  outputs?: Record<string, string>;
  steps: Step[];
}

interface Step {
  id?: string;
  name?: string;
  if?: string;
  run?: string;
  uses?: string;
  env?: Record<string, string>;
  with?: Record<string, string>;
}

/** What became of a job. */
export interface JobResult {
  status: "success" | "failure" | "skipped";
  outputs: Record<string, string>;
  /** The folder that its steps ran in. */
  folder: string;
  output: string;
}

/** What GitHub would hold after the workflow. */
export interface WorkflowResult {
  jobs: Record<string, JobResult>;
  /** The report that code scanning was given; undefined when it was given none. */
  uploaded: unknown;
}

/** Reads a workflow as GitHub does. */
export const readWorkflow = async (file: string): Promise<Workflow> => parse(await readFile(file, "utf8"));

/**
 * Runs a workflow as GitHub Actions documents it, as far as the example goes: jobs one after the other, each in an
 * empty folder; a step that fails ends its job, save for steps with `!cancelled()`; artifacts go from job to job.
 *
 * @param config what checking out the repository brings
 */
export async function runWorkflow(
  workflow: Workflow,
  { root, config, secrets }: { root: string; config: string; secrets: Record<string, string> },
): Promise<WorkflowResult> {
  const result: WorkflowResult = { jobs: {}, uploaded: undefined };
  const artifacts = join(root, "artifacts");
  await mkdir(artifacts);
  for (const [name, job] of Object.entries(workflow.jobs)) {
    const folder = join(root, name);
    await mkdir(folder);
    const before = job.needs === undefined ? undefined : result.jobs[job.needs];
    const values = { [`needs.${job.needs}.outputs.code`]: before?.outputs.code ?? "" };
    const world = { folder, artifacts, config, secrets, result };
    result.jobs[name] = holds(job.if, before?.status !== "failure", values)
      ? await runJob(job, world)
      : { status: "skipped", outputs: {}, folder, output: "" };
  }
  return result;
}

interface JobWorld {
  folder: string;
  artifacts: string;
  config: string;
  secrets: Record<string, string>;
  result: WorkflowResult;
}

async function runJob(job: Job, world: JobWorld): Promise<JobResult> {
  const values: Record<string, string> = {};
  let [isGood, output] = [true, ""];
  for (const step of job.steps) {
    if (!holds(step.if, isGood, values)) continue;
    if (step.run === undefined) {
      await useAction(step, world);
      continue;
    }
    const outputs = join(world.folder, ".outputs");
    await writeFile(outputs, "");
    const env = Object.fromEntries(
      Object.entries(step.env ?? {}).map(([name, value]) => [name, secretOf(value, world.secrets)]),
    );
    const run = await runScript(step.run, world.folder, { ...env, GITHUB_OUTPUT: outputs });
    for (const [, name, value] of (await readFile(outputs, "utf8")).matchAll(/^(\w+)=(.*)$/gm)) {
      values[`steps.${step.id}.outputs.${name}`] = value ?? "";
    }
    output += run.output;
    isGood &&= run.code === 0;
  }
  const resolved = Object.entries(job.outputs ?? {}).map(([name, value]) => [name, values[expressionIn(value)] ?? ""]);
  return {
    status: isGood ? "success" : "failure",
    outputs: Object.fromEntries(resolved),
    folder: world.folder,
    output,
  };
}

async function useAction(step: Step, { folder, artifacts, config, result }: JobWorld): Promise<void> {
  const [action] = (step.uses ?? "").split("@");
  switch (action) {
    case "actions/checkout":
      return writeFile(join(folder, "curfew.yaml"), config);
    case "actions/setup-node":
      return;
    case "actions/upload-artifact":
      return copyThere((step.with?.path ?? "").split("\n"), folder, artifacts);
    case "actions/download-artifact":
      return copyThere(["curfew.sarif", "curfew.json"], artifacts, folder);
    case "github/codeql-action/upload-sarif":
      result.uploaded = JSON.parse(await readFile(join(folder, step.with?.sarif_file ?? ""), "utf8"));
      return;
    default:
      throw new Error(`This test does not know what ${step.uses} does.`);
  }
}

async function copyThere(files: readonly string[], from: string, to: string): Promise<void> {
  for (const file of files.map((name) => name.trim()).filter((name) => name !== "" && existsSync(join(from, name))))
    await copyFile(join(from, file), join(to, file));
}

/** Evaluates a condition; without `!cancelled()` in it, everything before must have gone well. */
function holds(condition: string | undefined, isGood: boolean, values: Readonly<Record<string, string>>): boolean {
  if (condition === undefined) return isGood;
  const terms = expressionIn(condition).split(" && ");
  return (isGood || terms.includes("!cancelled()")) && terms.every((term) => termHolds(term, values));
}

function termHolds(term: string, values: Readonly<Record<string, string>>): boolean {
  if (term === "!cancelled()") return true;
  const [, name = "", text] = /^([\w.]+) != '(.*)'$/.exec(term) ?? [];
  if (text !== undefined) return (values[name] ?? "") !== text;
  const [, list, member = ""] = /^contains\(fromJSON\('(.*)'\), ([\w.]+)\)$/.exec(term) ?? [];
  if (list !== undefined) return JSON.parse(list).includes(values[member] ?? "");
  throw new Error(`This test cannot evaluate ${term}.`);
}

const expressionIn = (text: string): string => /^\$\{\{ (.*) \}\}$/.exec(text)?.[1] ?? text;

function secretOf(text: string, secrets: Readonly<Record<string, string>>): string {
  const value = secrets[expressionIn(text).replace(/^secrets\./, "")];
  if (value === undefined) throw new Error(`There is no value for ${text}.`);
  return value;
}
