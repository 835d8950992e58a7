import assert from "node:assert/strict";
import { describe, test } from "node:test";
import { parseNetrc } from "../../../../../shared/source/http/core/netrc.ts";

const me = { user: "me", password: "secret" };

describe("a .netrc", () => {
  for (const [what, text, entries] of [
    ["in lines", "machine urs.example\n  login me\n  password secret\n", [{ machine: "urs.example", ...me }]],
    ["in one line", "machine urs.example login me password secret", [{ machine: "urs.example", ...me }]],
    [
      "with the ends of lines of Windows",
      "machine a\r\nlogin me\r\npassword secret\r\n",
      [{ machine: "a", ...me }],
    ],
    [
      "with some machines and a default",
      "machine A.example login me password secret\nmachine b login you password other\ndefault login me password secret",
      [{ machine: "a.example", ...me }, { machine: "b", user: "you", password: "other" }, me],
    ],
    [
      "with quotes",
      'machine "a" login "m e" password "p \\"q\\\\ #1"',
      [{ machine: "a", user: "m e", password: 'p "q\\ #1' }],
    ],
    [
      "with a # within a password",
      "machine a login me password pa#ss",
      [{ machine: "a", user: "me", password: "pa#ss" }],
    ],
    [
      "with comments, accounts and macros",
      "# machine no login no password no\nmachine a account x login me password secret\nmacdef init\nmachine evil login e password e\n\nmachine b login me password secret\n",
      [
        { machine: "a", ...me },
        { machine: "b", ...me },
      ],
    ],
    [
      "with a macro to its end",
      "machine a login me password secret\nmacdef init\nmachine evil",
      [{ machine: "a", ...me }],
    ],
    ["with half an entry", "machine a login", [{ machine: "a", user: "", password: "" }]],
    ["with nothing", "", []],
    ["with words that stand for nothing", "login me password secret", []],
  ] as const)
    test(what, () => assert.deepEqual(parseNetrc(text), entries));
});
