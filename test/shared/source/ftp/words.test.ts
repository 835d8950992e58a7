import assert from "node:assert/strict";
import { test } from "node:test";
import { FTPError } from "basic-ftp";
import { ftpLimitsDefault } from "../../../../shared/source/ftp/limits.ts";
import { explained } from "../../../../shared/source/ftp/words.ts";

const limits = { ...ftpLimitsDefault, idleMs: 7000, answerMs: 9000 };
const words = (thrown: unknown) => explained(thrown, limits, (text) => text.replace("hush", "***"));

test("what the library says of a connection is told in words of our own", () => {
  for (const [said, expected] of [
    ["Server sent FIN packet unexpectedly, closing connection.", "the server ended the connection"],
    ["Server closed connection unexpectedly.", "the server ended the connection"],
    ["User closed client during task", "the server ended the connection"],
    [
      "Client is closed because Client is closed because User closed client",
      "the server ended the connection",
    ],
    ["Socket closed due to transmission error (data socket)", "the connection broke"],
    ["Timeout (control socket)", "no answer within 7000 ms"],
    ["Timeout (data socket)", "the transfer stood still for 7000 ms"],
    ["Client is closed because Timeout (control socket)", "no answer within 7000 ms"],
    ["FTP control response exceeded maximum allowed size", "a reply is longer than 65536 characters"],
    ["Unexpected FTP response is requesting an answer: 350 hush", "a reply asks for what nobody has offered"],
    ["Data transfer should start but there is no data connection.", "a transfer began that nobody asked for"],
  ] as const)
    assert.equal(words(new Error(said)), expected);
  assert.equal(
    words(AbortSignal.abort(new DOMException("The operation was aborted due to timeout")).reason),
    "the answer was not whole within 9000 ms",
  );
});

test("a reply of the server is told as it is, in one line and without the secret", () => {
  const reply = new FTPError({ code: 550, message: "550-No hush here.\n550 End" });
  assert.equal(words(reply), "550-No *** here.");
});

test("the system's code is told where its message is silent about it", () => {
  const several = Object.assign(new Error(""), { name: "AggregateError", code: "ECONNREFUSED" });
  assert.equal(words(several), "ECONNREFUSED AggregateError");
  const reset = Object.assign(new Error("read ECONNRESET (control socket)"), { code: "ECONNRESET" });
  assert.equal(words(reset), "read ECONNRESET");
});
