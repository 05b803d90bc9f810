import * as z from "zod";
import { incidentExecutions } from "../lib/aws/incident-executions.ts";
import { decide } from "../lib/revocation/approvals/decide.ts";
import { deskAnswer } from "../lib/revocation/desk/desk.ts";
import { allowStart } from "../lib/revocation/desk/may-start.ts";
import { deployedTable } from "./shared/connections.ts";
import { deployedConfig } from "./shared/deployed-config.ts";
import { variable } from "./shared/environment.ts";
import { lambdaFunction } from "./shared/function.ts";

/** A signed request to the Function URL. Source: AWS Lambda developer guide, "Invoking Lambda function URLs". */
const eventShape = z.object({
  rawPath: z.string(),
  body: z.string().optional(),
  isBase64Encoded: z.boolean(),
  requestContext: z.object({
    http: z.object({ method: z.string() }),
    authorizer: z.object({ iam: z.object({ userArn: z.string().min(1) }) }),
  }),
});

/** Takes orders and answers of people: who calls is who IAM says. */
export const handler = lambdaFunction(
  eventShape,
  async ({ rawPath, body = "", isBase64Encoded, requestContext }, { logger, clock }) => {
    const { http, authorizer } = requestContext;
    const config = await deployedConfig();
    const table = deployedTable();
    const request = {
      method: http.method,
      path: rawPath,
      body: isBase64Encoded ? Buffer.from(body, "base64").toString() : body,
      caller: authorizer.iam.userArn,
    };
    const answer = await deskAnswer(request, {
      config,
      table,
      clock,
      executions: incidentExecutions(variable("CURFEW_INCIDENT_MACHINE")),
      allowStart: (caller) => allowStart(caller, config.incidents),
      decide: (decision) => decide(decision, { table, clock, incidents: config.incidents }),
    });
    logger.info("The desk has answered.", { path: rawPath, caller: request.caller, status: answer.status });
    return {
      statusCode: answer.status,
      headers: { "content-type": "application/json", "cache-control": "no-store" },
      body: JSON.stringify(answer.body),
    };
  },
);
