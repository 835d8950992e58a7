import type { HttpFunction, Request } from "@google-cloud/functions-framework";
import type { Dataset } from "../../shared/dataset/dataset.ts";
import { reasonOf } from "../../shared/errors.ts";
import { unlessAborted } from "../../shared/waiting.ts";
import type { Cloud, openCloud } from "../cloud.ts";
import { createLog, type Log, type LogFields } from "../log.ts";
import { type Answer, failureAnswer, loggedFailure } from "./answer.ts";
import { type Deadline, startDeadline } from "./deadline.ts";

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
  readonly open: typeof openCloud;
  readonly write: (line: string) => void;
  readonly isTerminal: boolean;
  readonly now: () => number;
}

/** A handler as the Functions Framework calls it. */
export function serve(name: string, handler: Handler, surroundings: Surroundings): HttpFunction {
  const { environment, known, write, now } = surroundings;
  const form = environment.ACCRETE_LOG === "text" || surroundings.isTerminal ? "text" : "json";
  let opened: Promise<Cloud> | undefined;

  /** Once an instance; where it fails, each request says why. */
  const open = (): Promise<Cloud> => {
    opened ??= surroundings.open(environment, known).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  async function answer(asked: Asked, cloud: Cloud, log: Log): Promise<Answer> {
    const deadline = startDeadline(cloud.timeoutMs);
    try {
      return await unlessAborted(deadline.answerBy, () => handler(asked, cloud, deadline, log));
    } catch (error) {
      return loggedFailure(error, log);
    } finally {
      deadline.end();
    }
  }

  return async (request, response) => {
    const log = createLog({ form, write, now }, { function: name, ...traceOf(request, environment) });
    const { method, path } = request;
    const { status, body } = await open().then(
      (cloud) => answer({ method, path, body: request.body as unknown }, cloud, log),
      (error) => notSetUp(error, log),
    );
    response.status(status).set("Cache-Control", "no-cache").json(body);
  };
}

/** Everything that came in is refused until somebody mends the deployment; Pub/Sub then delivers it again. */
function notSetUp(error: unknown, log: Log): Answer {
  const answer = failureAnswer(error);
  log("ERROR", `the deployment is not set up: ${reasonOf(error, 2000)}`, answer.body as LogFields);
  return { ...answer, status: 500 };
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
