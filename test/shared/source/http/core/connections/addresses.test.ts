import assert from "node:assert/strict";
import { test } from "node:test";
import { type Reach, reachOf } from "../../../../../../shared/source/http/core/connections/addresses.ts";

// The first and the last address of each network, and what is beside them.
const addresses: Readonly<Record<Reach, readonly string[]>> = {
  loopback: [
    "127.0.0.0",
    "127.255.255.255",
    "0.0.0.0",
    "0.255.255.255",
    "::1",
    "::",
    "::ffff:127.0.0.1",
    "::ffff:7f00:1",
  ],
  linkLocal: ["169.254.0.0", "169.254.255.255", "fe80::", "febf:ffff::1", "fe80::1%eth0", "::ffff:a9fe:a9fe"],
  private: [
    ...["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
    ...["100.64.0.0", "100.127.255.255", "fc00::", "fdff:ffff::1", "::ffff:10.0.0.1"],
  ],
  public: [
    ...[
      "1.0.0.0",
      "9.255.255.255",
      "11.0.0.0",
      "126.255.255.255",
      "128.0.0.0",
      "100.63.255.255",
      "100.128.0.0",
    ],
    ...["169.253.255.255", "169.255.0.0", "172.15.255.255", "172.32.0.0", "192.167.255.255", "192.169.0.0"],
    ...["::2", "fbff::1", "fe00::1", "fec0::1", "2001:db8::1", "::ffff:8.8.8.8"],
  ],
};

for (const [reach, known] of Object.entries(addresses))
  for (const address of known) test(`${address} is ${reach}`, () => assert.equal(reachOf(address), reach));
