import type { Dataset } from "../shared/dataset/dataset.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import type { Cloud } from "./cloud.ts";
import { type Overview, readDatasetStatus, readOverview } from "./datasetStatus.ts";
import { type Answer, type Content, loggedFailure, notFound } from "./http/answer.ts";
import type { Deadline } from "./http/deadline.ts";
import type { Asked, Handler } from "./http/serve.ts";
import type { Log } from "./log.ts";
import { metricsAnswer } from "./status/metrics.ts";
import { keyIn, objectAnswer } from "./status/objects.ts";
import { pageFiles } from "./status/pageFiles.ts";

/** One dataset among the others, as a listing has it. */
export type Listed =
  | Overview
  | { readonly dataset: string; readonly title: string; readonly state: "absent" }
  | {
      readonly dataset: string;
      readonly title: string;
      readonly state: "unreadable";
      readonly faults: readonly string[];
    };

/** How every dataset is, where they are kept, and which topic asks for a plan. */
export interface Listing {
  readonly as_of: string;
  readonly store: string;
  readonly plan_topic: string | null;
  readonly datasets: readonly Listed[];
}

/**
 * `status`, all of it to be asked with GET: the page (`/`, to a browser), how every dataset is (`/`), all about one
 * (`/DATASET`), its objects (`/data/DATASET.zarr/…`, `/data/DATASET.accrete/…`), and metrics (`/metrics`). Each answer says
 * what time it is, and as of when the provider is judged: the page goes by these clocks.
 */
export const status: Handler<Answer | Content> = async (asked, cloud, deadline, log) => {
  const answer = await answerTo(asked, cloud, deadline, log);
  const [now, asOf] = [cloud.now(), cloud.asOf()].map((instant) => new Date(instant).toISOString());
  const headers = { ...answer.headers, "Accrete-Now": now as string, "Accrete-As-Of": asOf as string };
  return { ...answer, headers };
};

async function answerTo(asked: Asked, cloud: Cloud, deadline: Deadline, log: Log): Promise<Answer | Content> {
  const { method, path } = asked;
  if (method !== "GET" && method !== "HEAD") {
    return { status: 405, body: { faults: [`${method} is not answered here: ask with GET`] } };
  }
  const wanted = keyIn(path.replace(/^\/|\/$/g, ""));
  if (wanted === undefined) return notFound(path);
  const [room, ...rest] = wanted.split("/");
  if (room === "data" && rest.length > 0) return objectAnswer(rest.join("/"), asked, cloud, deadline);
  if (room === "static") return pageFile(wanted);
  if (wanted === "metrics") return metricsAnswer(await overviews(cloud, deadline, log));
  if (wanted !== "") return oneDataset(wanted, asked, cloud, deadline);
  return isBrowser(asked) ? pageFile("index.html") : listing(cloud, deadline, log);
}

const isBrowser = ({ accept = "" }: Asked) => accept.includes("text/html");

async function pageFile(path: string): Promise<Answer | Content> {
  const found = (await pageFiles()).get(path);
  return found ?? notFound(path);
}

async function listing(cloud: Cloud, deadline: Deadline, log: Log): Promise<Answer> {
  const seen = await overviews(cloud, deadline, log);
  const datasets = seen.map(({ dataset, title, overview, faults }): Listed => {
    if (overview) return overview;
    return faults ? { dataset, title, state: "unreadable", faults } : { dataset, title, state: "absent" };
  });
  const as_of = new Date(cloud.asOf()).toISOString();
  const body: Listing = { as_of, store: cloud.store, plan_topic: cloud.planTopic, datasets };
  return { status: 200, body };
}

async function oneDataset(
  id: string,
  asked: Asked,
  cloud: Cloud,
  deadline: Deadline,
): Promise<Answer | Content> {
  const dataset = cloud.datasets.find((one) => one.id === id);
  const ids = cloud.datasets.map((one) => one.id).join(", ");
  if (!dataset)
    return { status: 404, body: { faults: [`there is no dataset "${id.slice(0, 80)}"; there are: ${ids}`] } };
  if (isBrowser(asked))
    return {
      status: 302,
      content: new Uint8Array(),
      headers: { Location: `${asked.path.endsWith("/") ? ".." : "."}/#${id}` },
    };
  const found = await look(dataset, cloud, deadline, readDatasetStatus);
  if (!found)
    return { status: 404, body: { faults: [`${id} does not exist yet; its first plan creates it`] } };
  return { status: 200, body: found };
}

function look<Seen>(
  dataset: Dataset,
  cloud: Cloud,
  { signal, late }: Deadline,
  read: (wiring: Wiring, signal: AbortSignal) => Promise<Seen>,
): Promise<Seen> {
  return cloud.use(dataset, { late, report: () => undefined }, (wiring) => read(wiring, signal));
}

/** Every dataset by its metadata: one that cannot be read does not hide the others. */
function overviews(cloud: Cloud, deadline: Deadline, log: Log) {
  return Promise.all(
    cloud.datasets.map(async (dataset) => {
      const told = { dataset: dataset.id, title: String(dataset.attributes.title) };
      try {
        const overview = await look(dataset, cloud, deadline, readOverview);
        return { ...told, overview, faults: undefined };
      } catch (error) {
        deadline.signal.throwIfAborted();
        const { body } = loggedFailure(error, log.with({ dataset: dataset.id }));
        return { ...told, overview: undefined, faults: (body as { faults: readonly string[] }).faults };
      }
    }),
  );
}
