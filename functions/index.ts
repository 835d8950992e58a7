import { registerFunctions } from "./library/functions.ts";
import { datasetsDirectory, openDatasets } from "./runtime/datasets/datasets.ts";
import { readSettings } from "./runtime/settings.ts";

// What the Functions Framework loads where nothing is built: one of the three is its target. What is built has the datasets in it.
await registerFunctions(await openDatasets(datasetsDirectory(readSettings({}, process.env).datasets)));
