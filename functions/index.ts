import { catalogue, faultyDatasets } from "../shared/dataset/catalogue/catalogue.ts";
import { extend } from "./extend.ts";
import { plan } from "./plan.ts";
import { openCloud } from "./runtime/cloud.ts";
import { register } from "./runtime/http/register.ts";
import { status } from "./status.ts";

for (const { message } of faultyDatasets.values()) process.stderr.write(`${message}\n`);
// What the Functions Framework loads: one of the three is its target.
register({ plan, extend, status }, catalogue, (environment, known) =>
  openCloud(environment, known, faultyDatasets),
);
