import { asDescribed, type Descriptor } from "../../shared/dataset/dataset.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import type { Wiring } from "../../shared/pipeline/wiring.ts";

/** The same wiring for another descriptor, by which its ledger is checked then. */
export function onDescriptor<Wired extends Wiring>(wiring: Wired, descriptor: Descriptor): Wired {
  return { ...wiring, descriptor, ledger: checkedLedger(asDescribed(descriptor), wiring.ledger.unchecked) };
}
