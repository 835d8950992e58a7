/** What people copy from the page requests a backfill, unchanged. */
import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { backfillLines, rangeFaults } from "../../../../functions/page/panels/backfillLines.ts";
import { fixedAxis } from "../../../../shared/dataset/timeAxis.ts";

const axis = fixedAxis({
  start: Date.UTC(2014, 3, 1),
  stepMs: 3 * 3_600_000,
  end: Date.UTC(2014, 11, 31, 21),
});

describe("a backfill", () => {
  const range = { from: "2014-04-01T03:00:00Z", to: " 2014-04-02 ", force: false };

  test("is a message that the functions take", () => {
    const [message] = backfillLines("tiny", { ...range, force: true }, { store: "/srv", planTopic: null });
    assert.deepEqual(JSON.parse(message?.text ?? ""), {
      dataset: "tiny",
      from: "2014-04-01T03:00:00Z",
      to: "2014-04-02T00:00:00Z",
      force: true,
    });
  });

  test("is published where there is a topic, and else done by the command on the same store", () => {
    const command = (planTopic: string | null) =>
      backfillLines("tiny", range, { store: "/srv", planTopic })[1]?.text;
    assert.equal(
      command("projects/acme/topics/accrete-plan"),
      `gcloud pubsub topics publish projects/acme/topics/accrete-plan --message='{"dataset":"tiny","from":"2014-04-01T03:00:00Z","to":"2014-04-02T00:00:00Z"}'`,
    );
    assert.equal(
      command(null),
      "npx accrete extend tiny --from 2014-04-01T03:00:00Z --to 2014-04-02T00:00:00Z --store '/srv'",
    );
  });

  test("of no timesteps is refused with a sentence", () => {
    const faults = (from: string, to: string) => rangeFaults(axis, { from, to, force: false });
    assert.deepEqual(faults("2014-04-01", "2014-04-02T03:00"), []);
    assert.match(faults("yesterday", "2014-04-02")[0] ?? "", /From is "yesterday", not a time in UTC/);
    assert.deepEqual(faults("2014-04-01", "2014-04-02T04:00"), ["To is no timestep of the dataset"]);
    assert.deepEqual(faults("2013-04-01", "2014-04-02"), ["From is no timestep of the dataset"]);
    assert.deepEqual(faults("2014-04-02", "2014-04-01"), ["From is later than To"]);
  });
});
