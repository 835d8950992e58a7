import assert from "node:assert/strict";
import { test } from "node:test";
import { parseListing, refuseTruncated } from "../../../../shared/source/ftp/listing.ts";

const asIs = (text: string) => text;
test("a line of unknown form is shown, without what is secret and not whole", () => {
  const line = `what is this, ${"x".repeat(100)}`;
  assert.throws(
    () =>
      parseListing(`total 1\r\n${line}\r\n`, "/p", "ftp://h/p", 10, (text) => text.replace("this", "***")),
    {
      fault: "listing",
      message: `ftp://h/p: the listing has a line of unknown form: "what is ***, ${"x".repeat(67)}"`,
    },
  );
});

const opening = "150 Accepted data connection\r\n";

test("a listing that the server calls truncated is refused, with what the server says", () => {
  for (const closing of [
    "226 Output truncated to 10000 matches\r\n",
    "226-Options: -l \r\n226 Output truncated to 10000 matches\r\n",
  ]) {
    assert.throws(() => refuseTruncated(opening + closing, "ftp://h/p", asIs), {
      fault: "listing",
      message: "ftp://h/p: the listing leaves out files: 226 Output truncated to 10000 matches",
    });
  }
});

test("a listing is whole whose server says nothing else", () => {
  for (const closing of ["226-Options: -l \r\n226 3 matches total\r\n", "226 Directory send OK.\r\n", ""]) {
    refuseTruncated(opening + closing, "ftp://h/p", asIs);
  }
  refuseTruncated(
    "150 Opening data connection for /truncated\r\n226 Transfer complete\r\n",
    "ftp://h/p",
    asIs,
  );
});
