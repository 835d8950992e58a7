/** The newest commit is opened, one opening at a time; what fails is tried again while people see the page. */
import assert from "node:assert/strict";
import { afterEach, beforeEach, describe, mock, test } from "node:test";
import { createOpening } from "../../../../functions/page/dataset/loader.ts";

const turn = () => new Promise((resolve) => setImmediate(resolve));

describe("opening a dataset", () => {
  beforeEach(() => mock.timers.enable({ apis: ["setTimeout"] }));
  afterEach(() => mock.timers.reset());

  /** Openings that end when the test says so, and what was told of them. */
  function opening() {
    const begun: (PromiseWithResolvers<string> & { readonly signal: AbortSignal })[] = [];
    const told: { opened?: string; fault: string | undefined }[] = [];
    const listeners = new Set<() => void>();
    let isHidden = false;
    const { want, end } = createOpening<string>({
      open(signal) {
        const one = { ...Promise.withResolvers<string>(), signal };
        begun.push(one);
        return one.promise;
      },
      tell: (outcome) => void told.push(outcome),
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
    return { begun, told, want, end, show };
  }

  test("a slow opening is not starved by commits: it is shown, and then the newest is opened", async () => {
    const { begun, told, want, end } = opening();
    for (const version of ["1", "2", "3"]) {
      want(version);
      await turn();
    }
    assert.equal(begun.length, 1);
    assert.equal(begun[0]?.signal.aborted, false);
    begun[0]?.resolve("first");
    await turn();
    assert.deepEqual(told, [{ opened: "first", fault: undefined }]);
    assert.equal(begun.length, 2);
    begun[1]?.resolve("newest");
    await turn();
    mock.timers.tick(60_000);
    await turn();
    assert.deepEqual(told.at(-1), { opened: "newest", fault: undefined });
    assert.equal(begun.length, 2, "what is open is not opened again");
    end();
  });

  test("the same version is opened once, and another at once", async () => {
    const { begun, want, end } = opening();
    want("1");
    begun[0]?.resolve("one");
    await turn();
    want("1");
    await turn();
    assert.equal(begun.length, 1);
    want("2");
    await turn();
    assert.equal(begun.length, 2);
    end();
    assert.equal(begun[1]?.signal.aborted, true);
  });

  test("what fails is tried again every so often, and at once when there is a newer commit", async () => {
    const { begun, told, want, end } = opening();
    want("1");
    begun[0]?.reject(new Error("no answer"));
    await turn();
    assert.deepEqual(told, [{ fault: "no answer" }]);
    mock.timers.tick(4999);
    await turn();
    assert.equal(begun.length, 1);
    mock.timers.tick(1);
    await turn();
    assert.equal(begun.length, 2);
    begun[1]?.reject(new Error("still none"));
    await turn();
    want("2");
    await turn();
    assert.equal(begun.length, 3);
    begun[2]?.resolve("two");
    await turn();
    assert.deepEqual(told.at(-1), { opened: "two", fault: undefined });
    end();
  });

  test("while nobody sees the page nothing is tried again", async () => {
    const { begun, want, end, show } = opening();
    want("1");
    begun[0]?.reject(new Error("no answer"));
    await turn();
    show(true);
    mock.timers.tick(60_000);
    await turn();
    assert.equal(begun.length, 1);
    show(false);
    await turn();
    assert.equal(begun.length, 2);
    end();
  });

  test("what ends tells nothing any more", async () => {
    const { begun, told, want, end } = opening();
    want("1");
    end();
    begun[0]?.resolve("late");
    await turn();
    want("2");
    await turn();
    assert.deepEqual([told, begun.length], [[], 1]);
  });
});
