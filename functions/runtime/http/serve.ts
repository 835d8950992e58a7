import type { HttpFunction, Request } from "@google-cloud/functions-framework";
import type { Descriptor } from "../../../shared/dataset/dataset.ts";
import { reasonOf } from "../../../shared/errors.ts";
import { unlessAborted } from "../../../shared/waiting.ts";
import type { Cloud, openCloud } from "../cloud.ts";
import { createLog, type Log, type LogFields } from "../log/log.ts";
import { type Answer, type Answered, failureAnswer, loggedFailure } from "./answer.ts";
import { type Deadline, startDeadline } from "./deadline.ts";
import { send } from "./send.ts";

/** A request as it came in. */
export interface Asked {
  readonly method: string;
  readonly path: string;
  /** Parsed, if it was JSON. */
  readonly body: unknown;
  /** By their names in lower case. */
  readonly headers: Readonly<Record<string, string | undefined>>;
}

/** One function: does what is asked within the deadline. What it throws is logged, and answered by `failureAnswer`. */
export type Handler<Answered = Answer> = (
  asked: Asked,
  cloud: Cloud,
  deadline: Deadline,
  log: Log,
) => Promise<Answered>;

export interface ServeRuntime {
  readonly environment: NodeJS.ProcessEnv;
  /** Datasets that may be deployed. */
  readonly known: readonly Descriptor[];
  readonly open: typeof openCloud;
  readonly write: (line: string) => void;
  readonly isTerminal: boolean;
  readonly now: () => number;
}

/** A handler as the Functions Framework calls it. */
export function serve(name: string, handler: Handler<Answered>, runtime: ServeRuntime): HttpFunction {
  const answer = createAnswering(handler, runtime);
  const { environment, write, now } = runtime;
  const form = environment.ACCRETE_LOG === "text" || runtime.isTerminal ? "text" : "json";
  return async (request, response) => {
    const log = createLog({ form, write, now }, { function: name, ...traceOf(request, environment) });
    const { method, path } = request;
    const headers = request.headers as Asked["headers"];
    const answered = await answer({ method, path, body: request.body as unknown, headers }, log);
    await send(response, answered, { isHead: method === "HEAD" }).catch((error: unknown) => {
      log("ERROR", `an answer broke off: ${reasonOf(error, 2000)}`, { path });
    });
  };
}

/** What is opened once, and what a handler is asked with it, each time within a deadline. */
export function createAnswering(
  handler: Handler<Answered>,
  { environment, known, open: openIt }: Pick<ServeRuntime, "environment" | "known" | "open">,
): (asked: Asked, log: Log) => Promise<Answered> {
  let opened: Promise<Cloud> | undefined;

  /** Once an instance; where it fails, each request says why. */
  const open = (): Promise<Cloud> => {
    opened ??= openIt(environment, known).catch((error: unknown) => {
      opened = undefined;
      throw error;
    });
    return opened;
  };

  async function answer(asked: Asked, cloud: Cloud, log: Log): Promise<Answered> {
    const deadline = startDeadline(cloud.timeoutMs);
    let answering: Promise<Answered> | undefined;
    try {
      return await unlessAborted(deadline.answerBy, () => {
        answering = handler(asked, cloud, deadline, log);
        return answering;
      });
    } catch (error) {
      answering?.then(discard, () => undefined);
      return loggedFailure(error, log);
    } finally {
      deadline.end();
    }
  }

  return (asked, log) =>
    open().then(
      (cloud) => answer(asked, cloud, log),
      (error) => notSetUp(error, log),
    );
}

/** What an answer that comes too late had opened. */
function discard(answered: Answered): void {
  if ("opened" in answered) answered.opened.close().catch(() => undefined);
}

/** Everything that came in is refused until somebody repairs the deployment; Pub/Sub then delivers it again. */
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
