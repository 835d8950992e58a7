import type { LocalWiring } from "../../functions/runtime/wiring.ts";
import { asDescribed } from "../../shared/dataset/dataset.ts";
import { checkedLedger } from "../../shared/ledger/checkedLedger.ts";
import { createFtpClient } from "../../shared/source/ftp/ftp.ts";
import { sourceOf } from "../../shared/source/ftp/ftpSource.ts";
import type { Source } from "../../shared/source/source.ts";
import {
  type Around,
  clientWithin,
  ledgerWithin,
  type PortCall,
  storeWithin,
} from "../support/memoryWiring.ts";

/** The same wiring, with `around` round every call to store and ledger. */
export function wiringWithin(wiring: LocalWiring, around: Around): LocalWiring {
  return {
    ...wiring,
    store: storeWithin(wiring.store, around),
    ledger: checkedLedger(asDescribed(wiring.descriptor), ledgerWithin(wiring.ledger.unchecked, around)),
  };
}

/** A provider, with `around` round every question to its server; to be closed. */
export function providerWithin(url: string, connectionsMax: number, around: Around): Source {
  return sourceOf(clientWithin(createFtpClient({ url, connectionsMax, random: Math.random }), around));
}

/** Takes note of every call. */
export function noting() {
  const calls: PortCall[] = [];
  const around: Around = (call, perform) => {
    calls.push(call);
    return perform();
  };
  return { calls, around };
}

/** The keys of the calls of one kind, in order. */
export function keysOf(calls: readonly PortCall[], port: PortCall["port"], operation: string): string[] {
  return calls.filter((call) => call.port === port && call.operation === operation).map(({ key }) => key);
}

/** How many calls there were of each kind that matters. */
export function countsOf(calls: readonly PortCall[]) {
  const writes = keysOf(calls, "ledger", "write").length;
  return {
    listings: keysOf(calls, "source", "list").length,
    fetches: keysOf(calls, "source", "fetch").length,
    "ledger reads": calls.filter(({ port }) => port === "ledger").length - writes,
    "ledger writes": writes,
    "store reads": keysOf(calls, "store", "read").length,
    "store puts": keysOf(calls, "store", "put").length,
  };
}
