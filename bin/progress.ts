import { Listr, ListrLogger, ProcessOutput } from "listr2";
import type { AuditObserver } from "../lib/audit/audit-tenants.ts";
import type { TenantAudit } from "../lib/findings/tenant-audit.ts";
import { terminalText } from "../lib/reports/terminal-text.ts";

/** Shows how an audit goes on while it runs, on standard error. */
export interface AuditProgress {
  observer: AuditObserver;
  /** Draws while `work` runs, and leaves the terminal as it was whatever happens. */
  during<T>(work: Promise<T>): Promise<T>;
}

/** More tenants than this would scroll away: they share one line. */
const LINES = 12;

/** One line of progress: its text can change, and it ends once. */
interface Line {
  title: string;
  show(text: string): void;
  end(text: string, failed: boolean): void;
  readonly task: (wrapper: { title: string }) => Promise<void>;
}

/** One line a tenant; one line for all where there are too many. */
export function auditProgress(tenants: readonly string[]): AuditProgress {
  return tenants.length <= LINES ? linePerTenant(tenants) : oneLine(tenants.length);
}

function linePerTenant(tenants: readonly string[]): AuditProgress {
  const lines = new Map(tenants.map((name) => [name, createLine(`${name}  waiting`)]));
  const read = new Map<string, number>();
  return {
    during: (work) => draw([...lines.values()], work),
    observer: {
      onStart: (tenant) => lines.get(tenant)?.show(`${tenant}  asking for a token`),
      onSection: (tenant, name) => {
        const count = (read.get(tenant) ?? 0) + 1;
        read.set(tenant, count);
        lines.get(tenant)?.show(`${tenant}  ${count} sections read, last: ${name}`);
      },
      onDone: ({ audit }) => lines.get(audit.tenant)?.end(outcome(audit), audit.status === "failed"),
    },
  };
}

function oneLine(total: number): AuditProgress {
  const line = createLine(`auditing ${total} tenants`);
  let done = 0;
  let failed = 0;
  return {
    during: (work) => draw([line], work),
    observer: {
      onDone: ({ audit }) => {
        done += 1;
        if (audit.status === "failed") failed += 1;
        const text = `${done} of ${total} tenants audited${failed === 0 ? "" : `, ${failed} failed`}`;
        if (done === total) line.end(text, failed > 0);
        else line.show(text);
      },
    },
  };
}

function outcome(audit: TenantAudit): string {
  if (audit.status === "failed") return `${audit.tenant}  not audited (${audit.reason})`;
  const seconds = (Date.parse(audit.finishedAt) - Date.parse(audit.startedAt)) / 1000;
  return `${audit.tenant}  ${audit.status}, ${audit.traffic.requests} requests in ${seconds.toFixed(1)} s`;
}

function createLine(title: string): Line {
  const { promise, resolve, reject } = Promise.withResolvers<void>();
  promise.catch(() => undefined); // drawn as failed, and nothing more
  let wrapper: { title: string } | undefined;
  const line: Line = {
    title,
    show(text) {
      line.title = terminalText(text);
      if (wrapper) wrapper.title = line.title;
    },
    end(text, failed) {
      line.show(text);
      if (failed) reject(new Error(line.title));
      else resolve();
    },
    task: (drawn) => {
      wrapper = drawn;
      drawn.title = line.title;
      return promise;
    },
  };
  return line;
}

async function draw<T>(lines: readonly Line[], work: Promise<T>): Promise<T> {
  const { stderr } = process;
  const list = new Listr(
    lines.map((line) => ({
      title: line.title,
      task: (_context: unknown, wrapper: { title: string }) => line.task(wrapper),
    })),
    {
      concurrent: true,
      exitOnError: false,
      registerSignalListeners: false,
      rendererOptions: {
        collapseErrors: false,
        showErrorMessage: false,
        logger: new ListrLogger({ processOutput: new ProcessOutput(stderr, stderr) }),
      },
    },
  );
  const drawing = list.run();
  try {
    return await work;
  } finally {
    for (const line of lines) line.end(line.title, true); // no effect on a line that has ended
    await drawing.catch(() => undefined);
  }
}
