import type { LoadedDatasets } from "../../shared/dataset/loadDatasets.ts";

/**
 * Registers `plan`, `extend` and `status` with the Functions Framework, for these datasets: what a module does that the
 * framework loads, one of the three being its target. Those to be deployed among them, and where store, ledger and queue are, come from
 * the environment when the first request does. Await it at the top of the module.
 */
export async function registerFunctions({ datasets, faulty }: LoadedDatasets): Promise<void> {
  const [{ plan }, { extend }, { status }, { register }, { openCloud }] = await Promise.all([
    import("../plan.ts"),
    import("../extend.ts"),
    import("../status.ts"),
    import("../runtime/http/register.ts"),
    import("../runtime/cloud.ts"),
  ]);
  for (const { message } of faulty.values()) process.stderr.write(`${message}\n`);
  register({ plan, extend, status }, datasets, (environment, known) => openCloud(environment, known, faulty));
}
