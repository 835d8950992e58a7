/**
 * Who may import what: the rooms of the project in the order that the data takes, each with the rooms and files that it may
 * reach besides itself. `npm run check:rooms` holds every import against it; what is not listed here is not allowed.
 */
export interface Room {
  /** A folder, or a file that is a room of its own. The longest that fits is a file's room. */
  readonly room: string;
  /** Folders and files that it may import from. Adapters among them only where `wires` says so. */
  readonly may: readonly string[];
  /** Said of an import that is not allowed. */
  readonly why: string;
  /** Constructs adapters. */
  readonly wires?: true;
  /** All that may import it, also of those who may import what it lies in. */
  readonly only?: readonly string[];
}

/** What every room may use. */
export const common = [
  "shared/errors.ts",
  "shared/nearest.ts",
  "shared/published.ts",
  "shared/repeating.ts",
  "shared/schema.ts",
  "shared/waiting.ts",
];

/** What speaks to the world outside, behind a port. Nobody but who wires them, and themselves, imports them. */
export const adapters = [
  "shared/format/decompress/inflateNode.ts",
  "shared/format/decompress/inflatePako.ts",
  "shared/format/flatBinary/flatBinary.ts",
  "shared/ledger/firestore",
  "shared/ledger/memory.ts",
  "shared/ledger/sqlite",
  "shared/queue/local.ts",
  "shared/queue/pubsub.ts",
  "shared/source/directory/directorySource.ts",
  "shared/source/ftp/ftpSource.ts",
  "shared/source/http/httpSource.ts",
  "shared/source/objects/gcs/gcsSource.ts",
  "shared/source/objects/s3/s3Source.ts",
  "shared/source/open.ts",
  "shared/store/filesystem",
  "shared/store/gcs",
  "shared/store/memory.ts",
  "shared/store/mutex.ts",
  "shared/zarr/v2",
];
export const whyNoAdapter = "The stages know ports, never adapters: take the adapter from the wiring.";

const library = "shared/ is a library: it knows nothing of what calls it.";
const below = (what: string) => `${what} comes earlier in the way of the data than what it would import.`;
const ports = ["shared/source", "shared/store", "shared/ledger", "shared/queue"];
const stages = "The stages know ports, never adapters, and nothing that is made of them.";

export const rooms: readonly Room[] = [
  {
    room: "shared/dataset",
    // What a descriptor says of its granules is the format's to define and to check.
    may: ["shared/format/flatBinary/spec.ts", "shared/format/formats.ts", "shared/forms.ts"],
    why: below("A descriptor"),
  },
  {
    room: "shared/source",
    // Object stores send checksums, which are compared with the bytes that came.
    may: ["shared/dataset", "shared/format/decompress/crc.ts"],
    why: below("A source"),
  },
  { room: "shared/source/open.ts", may: ["shared/source"], why: below("A source"), wires: true },
  { room: "shared/format", may: ["shared/dataset"], why: below("A format") },
  { room: "shared/format/formats.ts", may: ["shared/format"], why: below("A format"), wires: true },
  {
    room: "shared/zarr",
    // How an object is to be stored is said beside its key.
    may: ["shared/dataset", "shared/format/decompress", "shared/store/store.ts"],
    why: below("Zarr"),
  },
  {
    room: "shared/store",
    may: ["shared/format/decompress/crc.ts", "shared/googleCall.ts", "shared/lostAnswer.ts"],
    why: below("A store"),
  },
  {
    room: "shared/ledger",
    may: [
      "shared/dataset",
      "shared/googleCall.ts",
      "shared/lostAnswer.ts",
      "shared/source/source.ts",
      "shared/store/makeDirectory.ts",
    ],
    why: below("A ledger"),
  },
  {
    room: "shared/queue",
    may: ["shared/dataset", "shared/forms.ts", "shared/googleCall.ts", "shared/ledger"],
    why: below("A queue"),
  },
  {
    room: "shared/archive",
    may: ["shared/dataset", "shared/zarr", "shared/pipeline/wiring.ts", ...ports],
    why: stages,
  },
  {
    room: "shared/archive/formatOf.ts",
    may: ["shared/dataset", "shared/zarr"],
    why: stages,
    wires: true,
  },
  { room: "shared/status", may: ["shared/dataset", "shared/zarr", "shared/archive", ...ports], why: stages },
  { room: "shared/pipeline", may: ["shared/dataset", "shared/format", ...ports], why: stages },
  {
    room: "shared/pipeline/commit",
    may: ["shared/dataset", "shared/zarr", "shared/archive", "shared/status", "shared/pipeline", ...ports],
    why: stages,
  },
  {
    room: "shared/pipeline/plan",
    may: ["shared/dataset", "shared/zarr", "shared/archive", "shared/status", "shared/pipeline", ...ports],
    why: stages,
  },
  {
    room: "shared/pipeline/extend",
    may: ["shared/dataset", "shared/format", "shared/zarr", "shared/archive", "shared/pipeline", ...ports],
    why: stages,
  },
  {
    room: "shared/doctor",
    may: ["shared/dataset", "shared/zarr", "shared/archive", "shared/status", "shared/pipeline", ...ports],
    why: stages,
  },
  {
    room: "shared/removal",
    may: ["shared/zarr", "shared/archive/formatOf.ts", "shared/pipeline/wiring.ts", ...ports],
    why: "A removal goes by keys: it knows no stage that works on what they hold.",
  },
  {
    room: "shared/authoring",
    may: ["shared/dataset", "shared/format", "shared/source"],
    why: library,
    wires: true,
  },
  {
    room: "shared/estimate",
    may: ["shared/dataset", "shared/zarr", "shared/pipeline/wiring.ts"],
    why: "An estimate reaches nothing: it is told everything.",
  },
  {
    room: "shared/testing",
    may: ["shared/dataset", "shared/format", ...ports],
    why: "Contract suites are for tests of adapters: they know ports, and nothing that runs imports them.",
    only: ["functions/library/testing.ts"],
  },
  ...[
    "forms",
    "googleCall",
    "lostAnswer",
    "repeating",
    "errors",
    "nearest",
    "published",
    "schema",
    "waiting",
  ].map((name): Room => ({ room: `shared/${name}.ts`, may: [], why: library })),
  { room: "shared", may: [], why: library },
  {
    room: "functions/page",
    may: [
      "functions/runtime/log/humanText.ts",
      "shared/dataset",
      "shared/queue/planMessage.ts",
      "shared/status",
      "shared/zarr",
    ],
    why: "The page runs in a browser: it knows no stage, no adapter, and nothing of Node.",
  },
  {
    room: "functions/runtime",
    may: ["shared", "functions/runtime"],
    why: "What wires the program knows none of its doors.",
    wires: true,
  },
  {
    room: "functions/cli",
    may: ["shared", "functions/runtime", "functions/build", "functions/status.ts"],
    why: "The command reaches the world through the runtime.",
    wires: true,
  },
  { room: "functions/build", may: ["shared", "functions/runtime"], why: "What builds runs nothing." },
  {
    room: "functions/library",
    may: ["shared", "functions/runtime", "functions/plan.ts", "functions/extend.ts", "functions/status.ts"],
    why: "What other programs import is what the command and the functions do, and nothing of a terminal.",
  },
  {
    room: "functions",
    may: ["shared", "functions/runtime", "functions/library"],
    why: "A door calls a stage and answers: it knows no other.",
  },
];

export interface Library {
  /** Packages, or modules of Node. */
  readonly names: readonly string[];
  /** Where they may be imported. */
  readonly in: readonly string[];
  readonly why: string;
}

/** Each client library is used in one place. */
export const libraries: readonly Library[] = [
  { names: ["basic-ftp"], in: ["shared/source/ftp/replies.ts"], why: "Only shared/source/ftp speaks FTP." },
  {
    names: ["aws4fetch"],
    in: ["shared/source/objects/s3/s3Signing.ts"],
    why: "Only shared/source/objects/s3/s3Signing.ts signs requests to S3.",
  },
  {
    names: ["fast-xml-parser"],
    in: ["shared/source"],
    why: "Only what sources answer is XML.",
  },
  {
    names: ["pako"],
    in: ["shared/format/decompress/inflatePako.ts", "functions/page"],
    why: "Only shared/format/decompress/inflatePako.ts and the page use pako.",
  },
  {
    names: ["zarrita"],
    in: ["shared/status/coverage.ts", "functions/page"],
    why: "Only shared/status/coverage.ts and the page read through zarrita.",
  },
  {
    names: ["@google-cloud/storage"],
    in: ["shared/store/gcs"],
    why: "Only shared/store/gcs speaks to Cloud Storage.",
  },
  {
    names: ["google-auth-library"],
    in: ["shared/source/objects/gcs/googleSigning.ts"],
    why: "Only shared/source/objects/gcs/googleSigning.ts looks for credentials by itself: Google's clients do.",
  },
  {
    names: ["@google-cloud/firestore", "google-gax"],
    in: ["shared/ledger/firestore"],
    why: "Only shared/ledger/firestore.ts speaks to Firestore.",
  },
  {
    names: ["@google-cloud/pubsub"],
    in: ["shared/queue/pubsub.ts"],
    why: "Only shared/queue/pubsub.ts speaks to Pub/Sub.",
  },
  {
    names: ["node:sqlite"],
    in: ["shared/ledger/sqliteFile.ts", "shared/store/mutex.ts"],
    why: "Only shared/ledger/sqliteFile.ts and shared/store/mutex.ts use SQLite.",
  },
  {
    names: ["accrete-zarr"],
    in: ["shared/dataset/catalogue", "functions/cli/init"],
    why: "Only descriptors import the package by its name, as their keepers do.",
  },
  { names: ["commander"], in: ["functions/cli"], why: "Only functions/cli parses arguments." },
  {
    names: ["@google-cloud/functions-framework"],
    in: ["functions/runtime/http"],
    why: "Only functions/runtime/http answers requests.",
  },
  { names: ["node:process"], in: ["functions"], why: "Only functions/ reads the environment." },
  {
    names: ["node:crypto"],
    in: ["functions", "shared/source/objects/sums.ts"],
    why: "Only functions/ makes random names; shared/source/objects/sums.ts compares MD5s.",
  },
  { names: ["node:os"], in: ["functions"], why: "Only functions/ looks at the machine." },
];
