import type { HttpFunction, Request } from "@google-cloud/functions-framework";
import type { Dataset } from "../../shared/dataset/dataset.ts";
import { reasonOf } from "../../shared/errors.ts";
import { unlessAborted } from "../../shared/source/connectionPool.ts";
import { type Cloud, openCloud } from "../cloud.ts";
import { createLog, type Log, type LogFields } from "../log.ts";
import { type Answer, failureAnswer } from "./answer.ts";
import { type Deadline, readTimeout, startDeadline } from "./deadline.ts";

/** A request as it came in. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Parsed, if it was JSON. */
  readonly body: unknown;
}

/** One function: does what is asked within the deadline. What it throws is logged, and answered by `failureAnswer`. */
export type Handler = (asked: Asked, cloud: Cloud, deadline: Deadline, log: Log) => Promise<Answer>;

export interface Surroundings {
  readonly environment: NodeJS.ProcessEnv;
  /** Datasets that may be deployed. */
  readonly known: readonly Dataset[];
  readonly write: (line: string) => void;
  readonly isTerminal: boolean;
  readonly now: () => number;
}

/** A handler as the Functions Framework calls it. */
export function serve(name: string, handler: Handler, surroundings: Surroundings): HttpFunction {
  const { environment, known, write, now } = surroundings;
  const form = environment.ACCRETE_LOG === "text" || surroundings.isTerminal ? "text" : "json";
  let opened: Promise<Deployment> | undefined;

  /** Once an instance; where it fails, each request says why. */
  const open = (): Promise<Deployment> => {
    opened ??= openDeployment(environment, known).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  return async (request, response) => {
    const log = createLog({ form, write, now }, { function: name, ...traceOf(request, environment) });
    const { status, body } = await open().then(
      async ({ cloud, timeoutMs }) => {
        const { method, path, body } = request;
        const deadline = startDeadline(timeoutMs);
        const handle = () => handler({ method, path, body: body as unknown }, cloud, deadline, log);
        return unlessAborted(deadline.answerBy, handle).catch((error) => failed(error, log));
      },
      (error) => notSetUp(error, log),
    );
    response.status(status).set("Cache-Control", "no-cache").json(body);
  };
}

interface Deployment {
  readonly cloud: Cloud;
  readonly timeoutMs: number;
}

async function openDeployment(
  environment: NodeJS.ProcessEnv,
  known: readonly Dataset[],
): Promise<Deployment> {
  return { timeoutMs: readTimeout(environment), cloud: await openCloud(environment, known) };
}

/** Everything that came in is refused until somebody mends the deployment; Pub/Sub then delivers it again. */
function notSetUp(error: unknown, log: Log): Answer {
  const answer = failureAnswer(error);
  log("ERROR", `the deployment is not set up: ${reasonOf(error, 2000)}`, answer.body as LogFields);
  return { ...answer, status: 500 };
}

function failed(error: unknown, log: Log): Answer {
  const answer = failureAnswer(error);
  const trace = answer.status === 500 && error instanceof Error ? { stack_trace: error.stack } : {};
  log("ERROR", reasonOf(error, 2000), { ...answer.body, status: answer.status, ...trace });
  return answer;
}

/**
 * The request's trace, by which Cloud Logging gathers its lines.
 * Format: https://cloud.google.com/trace/docs/trace-context
 */
function traceOf(request: Request, { GOOGLE_CLOUD_PROJECT: project }: NodeJS.ProcessEnv): LogFields {
  const context =
    request.get("traceparent")?.split("-")[1] ?? request.get("x-cloud-trace-context")?.split("/")[0];
  if (!context || !/^[0-9a-f]{32}$/i.test(context)) return {};
  const trace = project === undefined ? context : `projects/${project}/traces/${context}`;
  return { "logging.googleapis.com/trace": trace };
}
