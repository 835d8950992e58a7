/** What the Functions Framework loads in the benchmark: the functions as they are, on a ledger that counts. */

import { extend } from "../../functions/extend.ts";
import { plan } from "../../functions/plan.ts";
import { type Cloud, openCloud } from "../../functions/runtime/cloud.ts";
import { register } from "../../functions/runtime/http/register.ts";
import { status } from "../../functions/status.ts";
import { asDescribed } from "../../shared/dataset/dataset.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { countedLedger, noCounts } from "../support/countedLedger.ts";
import { manyBatches } from "./manyBatches.ts";

const counts = noCounts();
/** So far, by this instance. */
const tell = () => void process.stdout.write(`${JSON.stringify({ instance: process.pid, counts })}\n`);

async function openCounted(...given: Parameters<typeof openCloud>): Promise<Cloud> {
  const cloud = await openCloud(...given);
  return {
    ...cloud,
    use(dataset, invocation, work) {
      const report: typeof invocation.report = (event) => {
        invocation.report(event);
        tell();
      };
      return cloud.use(dataset, { ...invocation, report }, (wiring) =>
        work({
          ...wiring,
          ledger: checkedLedger(
            asDescribed(wiring.descriptor),
            countedLedger(wiring.ledger.unchecked, counts),
          ),
        }),
      );
    },
  };
}

register({ plan, extend, status }, [manyBatches], openCounted);
