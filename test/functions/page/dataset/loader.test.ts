/** The newest commit is opened, one attempt at a time; what fails is tried again while people see the page. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createLoader } from "../../../../functions/page/dataset/loader.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("loading a dataset", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  /** Attempts that end when the test says so, and their results. */
  function loading() {
    const begun: (PromiseWithResolvers<string> & { readonly signal: AbortSignal })[] = [];
    const results: { opened?: string; fault: string | undefined }[] = [];
    const listeners = new Set<() => void>();
    let isHidden = false;
    const { load, stop } = createLoader<string>({
      open(signal) {
        const one = { ...Promise.withResolvers<string>(), signal };
        begun.push(one);
        return one.promise;
      },
      onResult: (result) => void results.push(result),
      everyMs: 5000,
      visibility: {
        isHidden: () => isHidden,
        onChange(listener) {
          listeners.add(listener);
          return () => listeners.delete(listener);
        },
      },
    });
    const show = (hidden: boolean) => {
      isHidden = hidden;
      for (const listener of listeners) listener();
    };
    return { begun, results, load, stop, show };
  }

  test("a slow opening is not starved by commits: it is shown, and then the newest is opened", async () => {
    const { begun, results, load, stop } = loading();
    for (const version of ["1", "2", "3"]) {
      load(version);
      await turn();
    }
    assert.equal(begun.length, 1);
    assert.equal(begun[0]?.signal.aborted, false);
    begun[0]?.resolve("first");
    await turn();
    assert.deepEqual(results, [{ opened: "first", fault: undefined }]);
    assert.equal(begun.length, 2);
    begun[1]?.resolve("newest");
    await turn();
    mock.timers.tick(60_000);
    await turn();
    assert.deepEqual(results.at(-1), { opened: "newest", fault: undefined });
    assert.equal(begun.length, 2, "what is open is not opened again");
    stop();
  });

  test("the same version is opened once, and another at once", async () => {
    const { begun, load, stop } = loading();
    load("1");
    begun[0]?.resolve("one");
    await turn();
    load("1");
    await turn();
    assert.equal(begun.length, 1);
    load("2");
    await turn();
    assert.equal(begun.length, 2);
    stop();
    assert.equal(begun[1]?.signal.aborted, true);
  });

  test("what fails is tried again every so often, and at once when there is a newer commit", async () => {
    const { begun, results, load, stop } = loading();
    load("1");
    begun[0]?.reject(new Error("no answer"));
    await turn();
    assert.deepEqual(results, [{ fault: "no answer" }]);
    mock.timers.tick(4999);
    await turn();
    assert.equal(begun.length, 1);
    mock.timers.tick(1);
    await turn();
    assert.equal(begun.length, 2);
    begun[1]?.reject(new Error("still none"));
    await turn();
    load("2");
    await turn();
    assert.equal(begun.length, 3);
    begun[2]?.resolve("two");
    await turn();
    assert.deepEqual(results.at(-1), { opened: "two", fault: undefined });
    stop();
  });

  test("while nobody sees the page nothing is tried again", async () => {
    const { begun, load, stop, show } = loading();
    load("1");
    begun[0]?.reject(new Error("no answer"));
    await turn();
    show(true);
    mock.timers.tick(60_000);
    await turn();
    assert.equal(begun.length, 1);
    show(false);
    await turn();
    assert.equal(begun.length, 2);
    stop();
  });

  test("what is stopped reports nothing any more", async () => {
    const { begun, results, load, stop } = loading();
    load("1");
    stop();
    begun[0]?.resolve("late");
    await turn();
    load("2");
    await turn();
    assert.deepEqual([results, begun.length], [[], 1]);
  });
});
