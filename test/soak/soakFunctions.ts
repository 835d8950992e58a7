/** What the Functions Framework loads in a soak: the functions as they are, by the soak's hours. */

import { extend } from "../../functions/extend.ts";
import { plan } from "../../functions/plan.ts";
import { openCloud } from "../../functions/runtime/cloud.ts";
import { register } from "../../functions/runtime/http/register.ts";
import { status } from "../../functions/status.ts";
import { soakAsOf, soakDataset } from "./soakTime.ts";

register({ plan, extend, status }, [soakDataset], async (environment, known) => {
  const cloud = await openCloud(environment, known);
  const asOf = soakAsOf(Number(environment.SOAK_BEGAN));
  return {
    ...cloud,
    use: (dataset, invocation, work) => cloud.use(dataset, invocation, (wiring) => work({ ...wiring, asOf })),
  };
});
