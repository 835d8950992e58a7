/** Secrets of base URLs: from which variable, of which form, and that no value is ever shown. */
import assert from "node:assert/strict";
import { test } from "node:test";
import { credentialsOf } from "../../../functions/runtime/credentials.ts";
import { proxiesIn } from "../../../functions/runtime/settings/proxies.ts";
import { secretsIn } from "../../../functions/runtime/settings/secrets.ts";

const secrets = secretsIn({
  ACCRETE_SECRET_PPS: "reader@example.org:pass:word\n",
  ACCRETE_SECRET_EARTHDATA_TOKEN: "eyJ0.abc-_",
  ACCRETE_SECRET_KEYS: "AKIA:wJal/r+X",
  ACCRETE_SECRET_LENT: "AKIA:wJal/r+X:session:token==",
  ACCRETE_SECRET_BARE: "hushhush",
  ACCRETE_SECRET_BLANK: "hush hush",
  ACCRETE_SECRET_EMPTY: "",
});

for (const [kind, secret, expected] of [
  ["basic", "pps", { user: "reader@example.org", password: "pass:word" }],
  ["bearer", "earthdata-token", { token: "eyJ0.abc-_" }],
  ["netrc", "bare", { text: "hushhush" }],
  ["aws", "keys", { accessKeyId: "AKIA", secretAccessKey: "wJal/r+X" }],
  ["aws", "lent", { accessKeyId: "AKIA", secretAccessKey: "wJal/r+X", sessionToken: "session:token==" }],
] as const) {
  test(`${kind} of the secret ${secret}`, async () => {
    assert.deepEqual(await credentialsOf({ kind, secret }, secrets), { kind, ...expected });
  });
}

test("the process's own at Google needs no secret", async () => {
  assert.deepEqual(await credentialsOf({ kind: "google" }, new Map()), { kind: "google" });
});

for (const [kind, secret, fault] of [
  ["basic", "absent-one", /"absent-one" is not set: put USER:PASSWORD into ACCRETE_SECRET_ABSENT_ONE/],
  ["bearer", "empty", /is not set: put a token into ACCRETE_SECRET_EMPTY/],
  ["basic", "bare", /"bare" is not USER:PASSWORD/],
  ["aws", "bare", /is not ACCESS_KEY_ID:SECRET_ACCESS_KEY/],
  ["bearer", "blank", /has a blank/],
] as const) {
  test(`${kind} of the secret ${secret} is refused without being shown`, async () => {
    await assert.rejects(credentialsOf({ kind, secret }, secrets), (thrown: Error) => {
      assert.match(thrown.message, fault);
      assert.doesNotMatch(thrown.message, /hush/);
      return thrown.name === "UsageError";
    });
  });
}

test("proxies are those of the variables that most programs know, in small letters first", () => {
  const environment = {
    https_proxy: "http://a:1",
    HTTPS_PROXY: "http://b:2",
    ALL_PROXY: "c:3",
    no_proxy: ".org",
  };
  assert.deepEqual(proxiesIn(environment), { http: "c:3", https: "http://a:1", no: ".org" });
  assert.deepEqual(proxiesIn({ http_proxy: "" }), {});
  const empty = {
    http_proxy: "",
    HTTP_PROXY: "b:2",
    https_proxy: "",
    all_proxy: "c:3",
    no_proxy: "",
    NO_PROXY: "*",
  };
  assert.deepEqual(proxiesIn(empty), {}, "an empty one is set");
});

test("no other variable is read than those of secrets", () => {
  const read: (string | symbol)[] = [];
  const environment = new Proxy<NodeJS.ProcessEnv>(
    { ACCRETE_SECRET_PPS: "reader:pass", ACCRETE_SOURCE: "ftp://reader:pass@example.org", HOME: "/root" },
    {
      get(target, variable) {
        read.push(variable);
        return Reflect.get(target, variable);
      },
    },
  );
  assert.deepEqual([...secretsIn(environment)], [["pps", "reader:pass"]]);
  assert.deepEqual(read, ["ACCRETE_SECRET_PPS"]);
});
