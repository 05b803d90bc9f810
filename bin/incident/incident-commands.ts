import { type Command, Option } from "commander";
import type { AskedStep } from "../../lib/revocation/approvals/asked.ts";
import type { DecideOptions } from "../commands/decide.ts";
import type { CloseOptions } from "../commands/incident-close.ts";
import type { IncidentsOptions, ShowOptions } from "../commands/incidents.ts";
import type { RevokedOptions } from "../commands/refresh-tokens-revoked.ts";
import type { RevokeOptions } from "../commands/revoke.ts";
import { configOption } from "../config-option.ts";
import { HELP } from "../help.ts";
import { namingConfig } from "../naming-config.ts";
import { namingPlace } from "../naming-place.ts";
import { oneValue } from "../one-value.ts";
import type { Invocation } from "../run-command-line.ts";
import { processTerminal } from "../terminal.ts";
import { anyWord, unknownCommand } from "../unknown-command.ts";

/** The commands for emergencies. Each loads its code when it is called. */
export function addIncidentCommands(program: Command, invocation: Invocation): void {
  addRevoke(program, invocation);
  addIncidents(program, invocation);
  addDecision(program, invocation, "approve", "agrees to what an incident asks, after showing it");
  addDecision(program, invocation, "reject", "says no to what an incident asks, after showing it");
}

function addRevoke(program: Command, invocation: Invocation): void {
  program
    .command("revoke")
    .description("something leaked: contains it now, and says until when what is out keeps working")
    .addOption(configOption())
    .option("--tenant <name>", "the tenant", oneValue)
    .option("--client <id>", "the client id of the application that leaked, or whose token did", oneValue)
    .option("--reason <text>", "why, for those who are told and for the evidence; never the secret itself")
    .option("--token-file <file>", "a leaked token (- is standard input); it is read here and stays here", oneValue)
    .option(
      "--leaked-since <when>",
      "when it leaked: so long ago (3h, 7d), a date in UTC (2026-11-23) or a moment with its zone (2026-11-23T04:00Z)",
      oneValue,
    )
    .option("--leaked-key <id>", "which registered key leaked: its kid, or its id at Auth0", oneValue)
    .option(
      "--name <name>",
      "calls the incident so; the same name again is the same one, until what leaked is replaced: then choose another",
      oneValue,
    )
    .option("--drill", "walks the same way and changes nothing", false)
    .option(
      "--old-secret-file <file>",
      "what leaked (- is standard input), to try that it gets nothing any more; it goes to the tenant's token endpoint alone",
      oneValue,
    )
    .option("--local", "from this machine, without AWS; state and evidence are under .curfew/incidents", false)
    .option("--resume [incident]", "goes on with a --local one: the one that is open, or the one that is named")
    .addOption(tableOption())
    .addOption(deskOption())
    .option("--yes", "do not ask", false)
    .addHelpText("after", REVOKE_HELP)
    .action(async (options: RevokeOptions, command: Command) => {
      const { runRevoke } = await import("../commands/revoke.ts");
      await namingConfig(options, (terminal) =>
        namingPlace(command, terminal, (naming) => runRevoke(options, naming, invocation)),
      );
    });
}

/** As with `rotate`: what the command does alone is a subcommand, so that options of the same names do not collide. */
function addIncidents(program: Command, invocation: Invocation): void {
  const incidents = program.command("incidents").description("emergencies: what there are, and how one stands");
  const alone = places(incidents.command("list", { isDefault: true, hidden: true }))
    .addOption(formatOption())
    .addArgument(anyWord())
    .action(async ([word]: string[], options: IncidentsOptions, command: Command) => {
      if (word !== undefined) throw await unknownCommand(word, incidents);
      const { runIncidents } = await import("../commands/incidents.ts");
      await namingPlace(command, processTerminal(), (terminal) => runIncidents(options, terminal, invocation));
    });
  places(incidents.command("show"))
    .description("one incident: what leaked, each step, until when tokens work, the timeline")
    .argument("<incident>", "its id")
    .option("--follow", "go on until it is closed", false)
    .addOption(formatOption())
    .action(async (id: string, options: ShowOptions, command: Command) => {
      const { runIncidentShow } = await import("../commands/incidents.ts");
      await namingPlace(command, processTerminal(), (terminal) => runIncidentShow(id, options, terminal, invocation));
    });
  places(incidents.command("close"))
    .description("ends one that would go on: nobody watches or gives back any more, and it is not called contained")
    .argument("<incident>", "its id")
    .requiredOption("--reason <text>", "why, for the evidence")
    .option("--yes", "do not ask", false)
    .action(async (id: string, options: CloseOptions, command: Command) => {
      const { runIncidentClose } = await import("../commands/incident-close.ts");
      await namingPlace(command, processTerminal(), (terminal) => runIncidentClose(id, options, terminal, invocation));
    });
  places(incidents.command("refresh-tokens-revoked"))
    .description(
      "says that all refresh tokens of the application are revoked: where users have some, the window waits for it",
    )
    .argument("<incident>", "its id")
    .option(
      "--since <when>",
      "since when they are gone: so long ago (10m, 2h), or a moment with its zone (2026-11-23T04:00Z); now when left out",
    )
    .option("--yes", "do not ask", false)
    .action(async (id: string, options: RevokedOptions, command: Command) => {
      const { runRefreshTokensRevoked } = await import("../commands/refresh-tokens-revoked.ts");
      await namingPlace(command, processTerminal(), (terminal) =>
        runRefreshTokensRevoked(id, options, terminal, invocation),
      );
    });
  incidents.configureHelp({ ...HELP, visibleOptions: () => alone.createHelp().visibleOptions(alone) });
}

const places = (command: Command): Command =>
  command
    .option("--local", "those that are answered from this folder", false)
    .addOption(tableOption())
    .addOption(deskOption());

function addDecision(program: Command, invocation: Invocation, decision: "approve" | "reject", says: string): void {
  program
    .command(decision)
    .description(says)
    .argument("<incident>", "its id")
    .addArgument(program.createArgument("<step>", "what is asked").choices(["restore", "key-revocation"]))
    .addOption(tableOption())
    .addOption(deskOption())
    .option("--yes", "do not ask", false)
    .addHelpText("after", DECISION_HELP)
    .action(async (incident: string, step: AskedStep, options: DecideOptions, command: Command) => {
      const { runDecide } = await import("../commands/decide.ts");
      await namingPlace(command, processTerminal(), (terminal) =>
        runDecide({ incident, step, decision }, options, terminal, invocation),
      );
    });
}

const formatOption = (): Option =>
  new Option("--format <format>", "of what is shown").choices(["table", "json"]).default("table");

const tableOption = (): Option =>
  new Option("--table <name>", "the DynamoDB table of the deployed stack; asked of Lambda when left out").env(
    "CURFEW_TABLE",
  );

const deskOption = (): Option =>
  new Option("--desk <url>", "where the deployed desk takes orders; asked of Lambda when left out").env("CURFEW_DESK");

const NOT_KNOWN = `
3 and 130 may also come once the order was sent to the desk: then it is said that nobody knows here whether it was taken,
and how to look.`;

const DECISION_HELP = `
Exit codes:
  0    the answer is on record
  1    a no to the question: nothing was answered
  3    nothing was answered: nothing is asked, you may not answer it, or AWS or the desk does not answer
  130  interrupted; nothing was answered
${NOT_KNOWN}`;

const REVOKE_HELP = `
It asks the deployed stack, with the AWS credentials and the region of your shell. Ctrl-C ends the watching only; the
incident goes on. With --local this machine does it alone, for as long as the command runs.

Exit codes:
  0    contained, and that is proven; or a drill that came to its end as a leak would be contained
  1    not contained, or not yet: what is missing is said; or what leaked still gets a token; or a no to the question
  3    nothing was started: bad configuration or arguments, a forged token, or AWS or the desk does not answer
  130  interrupted; what was begun is said
${NOT_KNOWN}`;
