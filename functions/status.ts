import { isReservedId, type ReservedId } from "../shared/dataset/check/reserved.ts";
import type { Descriptor } from "../shared/dataset/dataset.ts";
import type { Wiring } from "../shared/pipeline/wiring.ts";
import type { Cloud } from "./runtime/cloud.ts";
import { type Overview, readDatasetStatus, readOverview } from "./runtime/datasetStatus.ts";
import { type Answer, type Answered, loggedFailure, notFound } from "./runtime/http/answer.ts";
import { crossOriginHeaders, methodAnswer } from "./runtime/http/crossOrigin.ts";
import type { Deadline } from "./runtime/http/deadline.ts";
import { metricsAnswer } from "./runtime/http/metrics.ts";
import { keyIn, objectAnswer } from "./runtime/http/objects.ts";
import { pageFiles } from "./runtime/http/pageFiles.ts";
import { asAsked } from "./runtime/http/partial.ts";
import type { Asked, Handler } from "./runtime/http/serve.ts";
import type { Log } from "./runtime/log/log.ts";

/** One dataset among the others, as a listing has it. */
export type ListedDataset =
  | Overview
  | { readonly dataset: string; readonly title: string; readonly state: "absent" }
  | {
      readonly dataset: string;
      readonly title: string;
      readonly state: "unreadable";
      readonly faults: readonly string[];
    };

/** How every dataset is, where they are kept, and which topic asks for a plan. */
export interface DatasetListing {
  readonly as_of: string;
  readonly store: string;
  readonly plan_topic: string | null;
  readonly datasets: readonly ListedDataset[];
}

/**
 * `status`, all of it to be asked with GET or HEAD, also for a part: the page (`/`, to a browser), how every dataset is (`/`),
 * all about one (`/DATASET`), its objects (`/data/DATASET.zarr/…`, `/data/DATASET.accrete/…`), and metrics (`/metrics`). Each
 * answer says what time it is, and as of when the provider is judged: the page goes by these clocks.
 */
export const status: Handler<Answered> = async (asked, cloud, deadline, log) => {
  const answer = await answerOrFailure(asked, cloud, deadline, log);
  const sent = withinLimit(asAsked(answer, asked), asked, cloud);
  if ("opened" in answer && !("opened" in sent)) await answer.opened.close();
  const [now, asOf] = [cloud.now(), cloud.asOf()].map((instant) => new Date(instant).toISOString());
  const times = { "Accrete-Now": now as string, "Accrete-As-Of": asOf as string };
  return { ...sent, headers: { ...sent.headers, ...times, ...crossOriginHeaders(asked, cloud.corsOrigins) } };
};

/** A failure is an answer like others: a page elsewhere, too, may read why. */
async function answerOrFailure(asked: Asked, cloud: Cloud, deadline: Deadline, log: Log): Promise<Answered> {
  try {
    return methodAnswer(asked) ?? (await answerTo(asked, cloud, deadline, log));
  } catch (error) {
    return loggedFailure(error, log);
  }
}

/** What is asked for by the first word of a path, and the rest of it. */
type Room = (rest: string, cloud: Cloud, deadline: Deadline, log: Log) => Promise<Answered>;

const rooms: Readonly<Record<ReservedId, Room>> = {
  data: objectAnswer,
  metrics: async (path, cloud, deadline, log) =>
    path === "" ? metricsAnswer(await overviews(cloud, deadline, log)) : notFound(`metrics/${path}`),
  static: (path) => pageFile(`static/${path}`),
};

async function answerTo(asked: Asked, cloud: Cloud, deadline: Deadline, log: Log): Promise<Answered> {
  const { path } = asked;
  const wanted = keyIn(path.replace(/^\/|\/$/g, ""));
  if (wanted === undefined) return notFound(path);
  const [word = "", ...rest] = wanted.split("/");
  if (isReservedId(word)) return rooms[word](rest.join("/"), cloud, deadline, log);
  if (wanted !== "") return oneDataset(wanted, asked, cloud, deadline);
  return isBrowser(asked) ? pageFile("index.html") : listing(cloud, deadline, log);
}

const isBrowser = ({ headers: { accept = "" } }: Asked) => accept.includes("text/html");

async function pageFile(path: string): Promise<Answered> {
  const found = (await pageFiles()).get(path);
  return found ?? notFound(path);
}

/** An answer that the platform would refuse: whoever asked can have it in parts. */
function withinLimit(
  answered: Answered,
  { method, path }: Asked,
  { objectBytesMax, store }: Cloud,
): Answered {
  if (!("opened" in answered) || method === "HEAD") return answered;
  const bytes = answered.end - answered.first;
  if (bytes <= objectBytesMax) return answered;
  const fault = `${path}: ${bytes} bytes, of which at most ${objectBytesMax} can be sent at once: ask for ranges of it, or read it at ${store}`;
  return { status: 413, body: { faults: [fault] }, headers: { "Accept-Ranges": "bytes" } };
}

async function listing(cloud: Cloud, deadline: Deadline, log: Log): Promise<Answer> {
  const seen = await overviews(cloud, deadline, log);
  const datasets = seen.map(({ dataset, title, overview, faults }): ListedDataset => {
    if (overview) return overview;
    return faults ? { dataset, title, state: "unreadable", faults } : { dataset, title, state: "absent" };
  });
  const as_of = new Date(cloud.asOf()).toISOString();
  const body: DatasetListing = { as_of, store: cloud.store, plan_topic: cloud.planTopic, datasets };
  return { status: 200, body };
}

async function oneDataset(id: string, asked: Asked, cloud: Cloud, deadline: Deadline): Promise<Answered> {
  const [dataset, fault] = [cloud.datasets.find((one) => one.id === id), cloud.faulty.get(id)];
  const ids = [...cloud.datasets.map((one) => one.id), ...cloud.faulty.keys()].join(", ");
  if (!dataset && !fault)
    return { status: 404, body: { faults: [`there is no dataset "${id.slice(0, 80)}"; there are: ${ids}`] } };
  if (isBrowser(asked))
    return {
      status: 302,
      content: new Uint8Array(),
      headers: { Location: `${asked.path.endsWith("/") ? ".." : "."}/#${id}` },
    };
  if (!dataset) throw fault;
  const found = await look(dataset, cloud, deadline, readDatasetStatus);
  if (!found)
    return {
      status: 404,
      body: { faults: [`${id} does not exist yet; a plan that finds its granules creates it`] },
    };
  return { status: 200, body: found };
}

function look<Seen>(
  descriptor: Descriptor,
  cloud: Cloud,
  { signal, late }: Deadline,
  read: (wiring: Wiring, signal: AbortSignal) => Promise<Seen>,
): Promise<Seen> {
  return cloud.use(descriptor, { late, report: () => undefined }, (wiring) => read(wiring, signal));
}

/** Every dataset by its metadata: one that cannot be read, or whose descriptor is faulty, hides neither itself nor the others. */
function overviews(cloud: Cloud, deadline: Deadline, log: Log) {
  const unreadable = (told: { readonly dataset: string; readonly title: string }, error: unknown) => {
    const { body } = loggedFailure(error, log.with({ dataset: told.dataset }));
    return { ...told, overview: undefined, faults: (body as { faults: readonly string[] }).faults };
  };
  const seen = cloud.datasets.map(async (dataset) => {
    const told = { dataset: dataset.id, title: String(dataset.attributes.title) };
    try {
      const overview = await look(dataset, cloud, deadline, readOverview);
      return { ...told, overview, faults: undefined };
    } catch (error) {
      deadline.signal.throwIfAborted();
      return unreadable(told, error);
    }
  });
  // The title is in what could not be read.
  const faulty = [...cloud.faulty].map(([id, fault]) => unreadable({ dataset: id, title: id }, fault));
  return Promise.all([...seen, ...faulty]);
}
