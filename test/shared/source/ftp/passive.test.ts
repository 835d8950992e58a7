import assert from "node:assert/strict";
import { test } from "node:test";
import { dataHost } from "../../../../shared/source/ftp/passive.ts";

const server = "203.0.113.9";

test("data comes from the host of the control connection, whatever the server names", () => {
  for (const named of ["203.0.113.9", "198.51.100.7", "10.0.0.1", "127.0.0.1", "0.0.0.0", "169.254.169.254"])
    assert.equal(dataHost(server, named, false), server);
});

test("where any host is allowed, it comes from the one that is named, if that can be meant", () => {
  assert.equal(dataHost(server, "198.51.100.7", true), "198.51.100.7");
  for (const named of [
    "10.0.0.1",
    "172.31.255.255",
    "192.168.0.1",
    "127.0.0.1",
    "169.254.169.254",
    "0.0.0.0",
  ])
    assert.equal(dataHost(server, named, true), server);
  assert.equal(dataHost("192.168.0.2", "192.168.0.3", true), "192.168.0.3");
  assert.equal(dataHost("192.168.0.2", "0.0.0.0", true), "192.168.0.2");
  assert.equal(dataHost("2001:db8::1", "10.0.0.1", true), "2001:db8::1");
  assert.equal(dataHost("2001:db8::1", "198.51.100.7", true), "198.51.100.7");
});
