import { catalogue, faultyDatasets } from "../shared/dataset/catalogue/catalogue.ts";
import { openCloud } from "./runtime/cloud.ts";
import { register } from "./runtime/register.ts";

for (const { message } of faultyDatasets.values()) process.stderr.write(`${message}\n`);
// What the Functions Framework loads: one of the three is its target.
register(catalogue, (environment, known) => openCloud(environment, known, faultyDatasets));
