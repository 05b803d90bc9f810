import { Command, InvalidArgumentError, Option } from "commander";
import manifest from "../package.json" with { type: "json" };
import type { AlertsTestOptions } from "./commands/alerts-test.ts";
import type { AuditOptions } from "./commands/audit.ts";
import type { FindingsOptions } from "./commands/findings.ts";
import type { InitOptions } from "./commands/init.ts";
import type { RotateOptions } from "./commands/rotate.ts";
import type { AdoptOptions } from "./commands/rotate-adopt.ts";
import type { ResumeOptions } from "./commands/rotate-resume.ts";
import type { RotateStatusOptions } from "./commands/rotate-status.ts";
import type { SandboxOptions } from "./commands/sandbox.ts";
import { configOption } from "./config-option.ts";
import { HELP } from "./help.ts";
import { addIncidentCommands } from "./incident/incident-commands.ts";
import { namingConfig } from "./naming-config.ts";
import { oneValue } from "./one-value.ts";
import { REPORT_FORMATS } from "./report-formats.ts";
import type { Invocation } from "./run-command-line.ts";
import { processTerminal } from "./terminal.ts";
import { anyWord, unknownCommand } from "./unknown-command.ts";
import { usageError } from "./usage-error.ts";

/**
 * The command line. Each command loads its code when it is called, so that `--help` is instant
 * and no command pays for another.
 */
export function createProgram(invocation: Invocation): Command {
  const program = new Command("curfew")
    .description(
      "Keeps Auth0 tenants inside their curfew: audits how long tokens, sessions, keys and secrets may stay out.",
    )
    .version(manifest.version, "--version", "print the version")
    .exitOverride()
    .configureOutput({ outputError: (text, write) => write(usageError(text)) })
    .configureHelp(HELP)
    .option("--verbose", "show where an error came from")
    .showHelpAfterError("(add --help for what is possible)");

  program
    .command("demo")
    .description("the whole story on a laptop, against simulated tenants; no account needed")
    .option("--incident", "another story: a secret leaks, and a thief is at work", false)
    .action(async ({ incident }: { incident: boolean }) => {
      if (incident) {
        const { runIncidentDemo } = await import("./commands/demo-incident.ts");
        await runIncidentDemo(processTerminal(), invocation);
        return;
      }
      const { runDemo } = await import("./commands/demo.ts");
      await runDemo(processTerminal(), invocation);
    });

  program
    .command("sandbox")
    .description("keeps simulated tenants running and prints a config file for other terminals")
    .option("--port <port>", "first of the loopback ports; the others follow", port, 4400)
    .option("--incident", "another world: a tenant in which a secret leaks, for a game day", false)
    .action(async (options: SandboxOptions) => {
      const { runSandbox } = await import("./commands/sandbox.ts");
      await runSandbox(options, processTerminal(), invocation);
    });

  program
    .command("init")
    .description("writes a commented config file and prints the scopes to grant")
    .addOption(configOption())
    .option("--force", "overwrite a file that exists", false)
    .action(async (options: InitOptions) => {
      const { runInit } = await import("./commands/init.ts");
      await namingConfig(options, (terminal) => runInit(options, terminal));
    });

  const config = program.command("config").description("the config file");
  config
    .command("check")
    .description("validates a config file and says what it means")
    .addOption(configOption())
    .action(async (options: { config: string }) => {
      const { runConfigCheck } = await import("./commands/config-check.ts");
      await runConfigCheck(options, processTerminal());
    });

  program
    .command("audit")
    .description("audits tenants from this machine")
    .addOption(configOption())
    .option("--tenant <name>", "only this tenant; may be repeated", collect, [])
    .addOption(new Option("--format <format>", "of the report").choices(REPORT_FORMATS).default("table"))
    .option("--output <file>", "write the report there instead of to standard output")
    .addOption(
      new Option("--fail-on <severity>", "exit with 1 when a finding is open at or above it")
        .choices(["low", "medium", "high", "critical"])
        .default("high"),
    )
    .addHelpText("after", EXIT_CODES)
    .action(async (options: AuditOptions) => {
      const { runAudit } = await import("./commands/audit.ts");
      await runAudit(options, processTerminal(), invocation);
    });

  program
    .command("findings")
    .description("what earlier audits found, on this machine or deployed, and what became of it")
    .addOption(configOption())
    .option("--tenant <name>", "only this tenant; may be repeated", collect, [])
    .addOption(new Option("--status <status>", "only these").choices(["open", "excepted", "resolved"]))
    .option(
      "--since <when>",
      "only what has changed since: a time as 7d or 12h, a date in UTC as 2026-11-23 or a moment with its zone",
    )
    .option(
      "--table <name>",
      "of the deployed audit: its DynamoDB table, with AWS credentials; this folder's ledger when left out",
    )
    .addOption(new Option("--format <format>", "of the list").choices(["table", "json"]).default("table"))
    .action(async (options: FindingsOptions) => {
      const { runFindings } = await import("./commands/findings.ts");
      await runFindings(options, processTerminal());
    });

  addRotate(program, invocation);
  addIncidentCommands(program, invocation);

  const checks = program
    .command("checks")
    .description("the catalogue of checks")
    .usage("[options] [command]")
    .addArgument(anyWord())
    .action(async ([word]: string[]) => {
      if (word !== undefined) throw await unknownCommand(word, checks);
      const { listChecks } = await import("./commands/checks.ts");
      listChecks(processTerminal());
    });
  checks
    .command("show")
    .argument("<id>", "a check's id")
    .description("one check: why it matters, its limits, how to mend it")
    .action(async (id: string) => {
      const { showCheck } = await import("./commands/checks.ts");
      showCheck(id, processTerminal());
    });

  const alerts = program.command("alerts").description("what people are told");
  alerts
    .command("test")
    .description("sends one message to every configured channel")
    .addOption(configOption())
    .option("--topic <arn>", "the SNS topic; found by its name curfew-alerts when left out")
    .action(async (options: AlertsTestOptions) => {
      const { runAlertsTest } = await import("./commands/alerts-test.ts");
      await runAlertsTest(options, processTerminal(), invocation);
    });

  return program;
}

/**
 * Subcommands take options of the same names as the command itself, and commander would give them to whichever it meets
 * first. So what `rotate` does alone is a subcommand, too, that nobody sees: its options are shown as rotate's.
 */
function addRotate(program: Command, invocation: Invocation): void {
  const rotate = program
    .command("rotate")
    .description("rotates a credential now, through the deployed stack, and waits until the old one is proven dead")
    .addHelpText("after", ROTATE_HELP);
  const alone = rotate
    .command("rotate", { isDefault: true, hidden: true })
    .addArgument(anyWord())
    .addOption(configOption())
    .option("--tenant <name>", "the tenant", oneValue)
    .option("--client <id>", "the client id of the application whose credential it is", oneValue)
    .addOption(tableOption())
    .option("--dry-run", "only say what would happen, what would keep it from happening, and whom it concerns", false)
    .option(
      "--overwrite",
      "replace a secret that somebody set by hand in Auth0, and that is stored nowhere; no key",
      false,
    )
    .option("--yes", "do not ask", false)
    .addOption(evidenceOption())
    .action(async ([word]: string[], options: RotateOptions) => {
      if (word !== undefined) throw await unknownCommand(word, rotate);
      const { runRotate } = await import("./commands/rotate.ts");
      await namingConfig(options, (terminal) => runRotate(options, terminal, invocation));
    });
  rotate
    .command("status")
    .description("credentials with their age, last rotation, what is left to do, last proof, next due, held or not")
    .addOption(configOption())
    .option("--tenant <name>", "only this tenant; may be repeated", collect, [])
    .addOption(tableOption())
    .addOption(new Option("--format <format>", "of the list").choices(["table", "json"]).default("table"))
    .action(async (options: RotateStatusOptions) => {
      const { runRotateStatus } = await import("./commands/rotate-status.ts");
      await namingConfig(options, (terminal) => runRotateStatus(options, terminal));
    });
  rotate
    .command("adopt")
    .description("puts an application's credential under Curfew's care without rotating it")
    .addOption(configOption())
    .requiredOption("--tenant <name>", "the tenant", oneValue)
    .requiredOption("--client <id>", "the client id of the application", oneValue)
    .requiredOption("--secret <name>", "the secret's name in Secrets Manager; it is created when it is not there")
    .addOption(tableOption())
    .addHelpText("after", ADOPT_HELP)
    .action(async (options: AdoptOptions) => {
      const { runRotateAdopt } = await import("./commands/rotate-adopt.ts");
      await namingConfig(options, (terminal) => runRotateAdopt(options, terminal, invocation));
    });
  rotate
    .command("resume")
    .description("goes on with a credential that is held: finishes what is pending, or rotates anew")
    .addOption(configOption())
    .requiredOption("--tenant <name>", "the tenant", oneValue)
    .requiredOption("--client <id>", "the client id of the application", oneValue)
    .addOption(tableOption())
    .addOption(evidenceOption())
    .option("--yes", "do not ask", false)
    .action(async (options: ResumeOptions) => {
      const { runRotateResume } = await import("./commands/rotate-resume.ts");
      await namingConfig(options, (terminal) => runRotateResume(options, terminal, invocation));
    });
  // Last: a subcommand takes over how its parent shows help at that moment.
  rotate.configureHelp({ ...HELP, visibleOptions: () => alone.createHelp().visibleOptions(alone) });
}

const tableOption = (): Option =>
  new Option("--table <name>", "the DynamoDB table of the deployed stack, as its outputs name it").env("CURFEW_TABLE");

const evidenceOption = (): Option =>
  new Option("--evidence <bucket>", "the stack's evidence bucket, for a rotation that is finished from here").env(
    "CURFEW_EVIDENCE_BUCKET",
  );

const ROTATE_HELP = `
It works with the AWS credentials and the region of your shell. Ctrl-C ends the waiting; the rotation goes on.

Exit codes:
  0    rotated, and the old credential is dead, or will be looked after by the next audits
  1    not rotated: refused, failed, held, or you said no; or rotated, and the old credential should be dead and is not
  3    bad configuration or arguments, or AWS does not answer
  130  interrupted`;

const ADOPT_HELP = `
The secret's present value is taken from Secrets Manager. Where the secret does not exist yet it is asked for at the
terminal, or read from standard input; never from an argument, which other users of the machine can read:

  npx curfew rotate adopt --tenant acme-prod --client abc --secret apps/checkout/auth0 < value.txt

Nothing is written before Auth0 has accepted the value. Standard output is the entry for curfew.yaml.`;

const EXIT_CODES = `
Exit codes:
  0    nothing open at or above --fail-on
  1    open findings at or above --fail-on
  2    something could not be looked at; wins over 1
  3    no tenant could be audited, or bad configuration or arguments
  130  interrupted`;

const collect = (value: string, previous: string[]): string[] => [...previous, value];

/** The sandbox needs a handful of ports after this one, too. */
function port(text: string): number {
  const value = Number(text);
  if (Number.isInteger(value) && value >= 1024 && value <= 65_500) return value;
  throw new InvalidArgumentError("A port is a whole number from 1024 to 65500.");
}
