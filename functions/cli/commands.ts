import type { Command } from "commander";

/** Adds to a subcommand its arguments, options, help and what it does. `whole` is the program with all subcommands. */
export type Define = (command: Command, whole: () => Promise<Command>) => void;

/** A subcommand: what it does, in a line, and the file with all the rest, which is loaded when it is wanted. */
export type Subcommand = readonly [does: string, load: () => Promise<Define>];

/** The subcommands by name, below their headings in the help. */
export const commands: Readonly<Record<string, Readonly<Record<string, Subcommand>>>> = {
  "For a dataset:": {
    plan: [
      "show what is pending, and what the cloud would take for it; writes nothing",
      async () => (await import("./plan.ts")).definePlan,
    ],
    extend: [
      "ingest what is pending: new, late, repaired and replaced granules",
      async () => (await import("./extend.ts")).defineExtend,
    ],
    status: [
      "show how a dataset is: state and why, what is next, coverage, gaps, failing granules",
      async () => (await import("./status.ts")).defineStatus,
    ],
    serve: [
      "show in a browser how datasets are, and tell metrics",
      async () => (await import("./serve.ts")).defineServe,
    ],
    doctor: ["look for damage, and repair it", async () => (await import("./doctor.ts")).defineDoctor],
    remove: [
      "remove a dataset for good: store, what is beside it, and ledger, after asking",
      async () => (await import("./remove.ts")).defineRemove,
    ],
  },
  "To begin, and to add a dataset:": {
    init: [
      "make a repository of one's own, with an example to describe datasets by",
      async () => (await import("./init.ts")).defineInit,
    ],
    inspect: [
      "decode one granule and show header, statistics and a picture of each field",
      async () => (await import("./inspect.ts")).defineInspect,
    ],
    "new-dataset": [
      "make a descriptor for granules of a new kind, from one of them and some answers",
      async () => (await import("./newDataset.ts")).defineNewDataset,
    ],
    check: [
      "check descriptors, and say what a change of them would mean for what is stored",
      async () => (await import("./check.ts")).defineCheck,
    ],
  },
  "To deploy:": {
    build: [
      "make what is deployed to Google Cloud, with the datasets in it",
      async () => (await import("./build.ts")).defineBuild,
    ],
  },
  "To find one's way:": {
    datasets: [
      "list the datasets that can be extended",
      async () => (await import("./datasets.ts")).defineDatasets,
    ],
    completion: [
      "print a script that completes subcommands, options, datasets and paths in a shell",
      async () => (await import("./completion.ts")).defineCompletion,
    ],
  },
};
