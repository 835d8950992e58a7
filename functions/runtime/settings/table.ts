import { readDirectory, readLedgerLocation, readQueueLocation, readStoreLocation } from "../locations.ts";
import {
  countTo,
  type Parser,
  readEndpoint,
  readFlag,
  readHost,
  readInstant,
  readOrigins,
  readSource,
  secondsTo,
} from "./parsers.ts";

/** What options are for, in the order of the help. */
export const headings = {
  task: "What to do:",
  range: "Which timesteps:",
  places: "Where things are:",
  serving: "What is served, where and to whom:",
  output: "Output:",
} as const;

/** All that is to be said about something that may be set: where it is looked for, how it is read, and what people are told. */
export interface Setting {
  /** As commander has it: the name, and what stands for a value. */
  readonly option?: string;
  readonly heading?: keyof typeof headings;
  /** Whether the option may be given more than once. */
  readonly isRepeated?: true;
  /** What a shell offers for the value, where that is not for a person to know. */
  readonly offers?: "files" | "directories";
  readonly variable?: string;
  /** Whether the variable's name with a dataset's id behind it, as in `ACCRETE_SOURCE_TRMM_3B42RT`, goes before it. */
  readonly isOfDataset?: true;
  readonly parse: Parser<unknown>;
  /** Parsed where nothing is given. */
  readonly fallback?: string;
  /** What is so where nothing is given, for people; the fallback if it is not said. */
  readonly otherwise?: string;
  /** For help and README, which may show what is between backquotes as code. What only deployments set has none. */
  readonly help?: string;
}

const secondsMax = 3600;
/** Pub/Sub waits no longer for an answer: what took longer would be delivered again while it goes on. */
export const ackSecondsMax = 600;
const connectionsMax = 1000;

/** One row a setting, in the order of their faults and of the README. */
export const settingsTable = {
  store: {
    option: "--store <place>",
    heading: "places",
    offers: "directories",
    variable: "ACCRETE_STORE",
    parse: readStoreLocation,
    fallback: "./data",
    help: "where datasets are kept: a path, `file:///dir` or `gs://bucket/prefix`",
  },
  ledger: {
    option: "--ledger <place>",
    heading: "places",
    offers: "files",
    variable: "ACCRETE_LEDGER",
    parse: readLedgerLocation,
    otherwise: "`accrete.sqlite` in the store",
    help: "what is known of every timestep: a path, `sqlite:///file` or `firestore://PROJECT/DATABASE`; a bucket needs one",
  },
  datasets: {
    option: "--datasets <directory>",
    heading: "places",
    offers: "directories",
    variable: "ACCRETE_DATASETS",
    parse: readDirectory,
    otherwise: "`./datasets` where that is a directory, else those that ship",
    help: "where descriptors are: a directory of `ID.ts`, `ID.js` and `ID.json`",
  },
  queue: {
    option: "--queue <url>",
    heading: "places",
    variable: "ACCRETE_QUEUE",
    parse: readQueueLocation,
    help: "`pubsub://PROJECT/TOPIC`: `extend` announces its commits on `TOPIC-extended`, `plan --send` asks `TOPIC-plan`, `serve` shows messages to copy",
  },
  source: {
    option: "--source <url>",
    heading: "places",
    variable: "ACCRETE_SOURCE",
    isOfDataset: true,
    parse: readSource,
    otherwise: "the descriptor's",
    help: "base URL instead of the descriptor's first: `https://host/path`, `s3://bucket/prefix?region=…`, `gs://bucket/prefix`, `ftp://user:password@host:port/path`, `ftps://…` or `file:///dir`",
  },
  now: {
    option: "--now <time>",
    heading: "range",
    parse: readInstant,
    otherwise: "the clock",
    help: "judge the provider as of this time, for replays",
  },
  start: {
    option: "--start <time>",
    heading: "range",
    variable: "ACCRETE_START",
    isOfDataset: true,
    parse: readInstant,
    otherwise: "the descriptor's",
    help: "where a dataset that is created now shall begin; recorded in it",
  },
  from: {
    option: "--from <time>",
    heading: "range",
    parse: readInstant,
    otherwise: "the usual window",
    help: "first timestep to scan",
  },
  to: {
    option: "--to <time>",
    heading: "range",
    parse: readInstant,
    otherwise: "the usual window",
    help: "last timestep to scan",
  },
  force: {
    option: "--force",
    heading: "task",
    parse: readFlag,
    fallback: "false",
    otherwise: "",
    help: "ingest again what is there already; of `plan`, with `--send`",
  },
  cors: {
    option: "--cors <origin>",
    heading: "serving",
    isRepeated: true,
    variable: "ACCRETE_CORS_ORIGINS",
    parse: readOrigins,
    fallback: "",
    otherwise: "none",
    help: "whose pages may read what `serve` serves, besides its own: `https://viewer.example.org`, repeated (in the variable, with commas between them), or `*`",
  },
  lease: {
    variable: "ACCRETE_LEASE_SECONDS",
    parse: secondsTo(secondsMax),
    fallback: "60",
    help: "how long a killed process may keep others from its chunk",
  },
  watch: {
    variable: "ACCRETE_WATCH_SECONDS",
    parse: secondsTo(secondsMax),
    otherwise: "10 to 300, by the dataset's step",
    help: "how often `--watch` scans",
  },
  connections: {
    variable: "ACCRETE_CONNECTIONS",
    parse: countTo(connectionsMax),
    otherwise: "all that the descriptor allows",
    help: "connections of this process to the provider",
  },
  timeout: { variable: "ACCRETE_TIMEOUT_SECONDS", parse: secondsTo(ackSecondsMax) },
  // Which the platform sets; 60 is what Cloud Functions gives an HTTP function where nothing else is set.
  platformTimeout: { variable: "CLOUD_RUN_TIMEOUT_SECONDS", parse: secondsTo(secondsMax), fallback: "60" },
  storageEndpoint: { variable: "ACCRETE_STORAGE_ENDPOINT", parse: readEndpoint },
  firestoreHost: { variable: "FIRESTORE_EMULATOR_HOST", parse: readHost },
  pubsubHost: { variable: "PUBSUB_EMULATOR_HOST", parse: readHost },
} as const satisfies Readonly<Record<string, Setting>>;

type Table = typeof settingsTable;

export type SettingName = keyof Table;

/** Of those that a person may type. */
export type OptionName = {
  [Name in SettingName]: Table[Name] extends { option: string } ? Name : never;
}[SettingName];

/** What was read; `undefined` where nothing was given, and nothing else holds then. */
export type Values = {
  readonly [Name in SettingName]:
    | ReturnType<Table[Name]["parse"]>
    | (Table[Name] extends { fallback: string } ? never : undefined);
};

/** The rows as the table's readers see them, in its order. */
export const settingRows = Object.entries(settingsTable) as readonly (readonly [SettingName, Setting])[];

/** Those that people are told of. */
export const toldRows = settingRows.filter(([, { help }]) => help !== undefined);

/** What is so where nothing is given, for people. */
export function otherwiseOf({ fallback, otherwise = fallback && `\`${fallback}\`` }: Setting): string {
  return otherwise ?? "";
}

/** The table of the README: options, variables, what is so without them, and what they do. */
export function settingsMarkdown(): string {
  const code = (text: string | undefined) => (text === undefined ? "" : `\`${text}\``);
  const rows = toldRows.map(([, setting]) =>
    [code(setting.option?.split(" ", 1)[0]), code(setting.variable), otherwiseOf(setting), setting.help]
      .map((cell) => (cell ? ` ${cell} ` : " "))
      .join("|"),
  );
  return ["| option | environment | default | |", "|---|---|---|---|", ...rows.map((row) => `|${row}|`)].join(
    "\n",
  );
}
