import type { ExtendedEvent, ExtendMessage, PlanMessage } from "../queue/queue.ts";

/** What each topic may carry. Each is told apart from the others by its dataset. */
export const plans: readonly PlanMessage[] = [
  { dataset: "plan-0" },
  { dataset: "plan-1", from: "2014-04-01T00:00:00Z", to: "2014-04-02T00:00:00Z" },
  { dataset: "plan-2", force: true },
];
export const batch: ExtendMessage = {
  dataset: "batch",
  chunk: 12,
  plannedAt: 1_396_386_000_123,
  steps: [
    {
      offset: 7,
      granule: { path: "é/1.bin", sizeBytes: 3, version: "Apr 02  2014", modifiedAt: 1_396_386_000_000 },
    },
    { offset: 39, granule: { path: "2.bin", sizeBytes: 0, version: "", modifiedAt: null } },
  ],
};
export const extended: ExtendedEvent = {
  dataset: "event",
  from: null,
  to: "2014-04-01T21:00:00Z",
  length: 57_960,
  commitSeq: 1449,
};
