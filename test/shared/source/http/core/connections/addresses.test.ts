import assert from "node:assert/strict";
import { test } from "node:test";
import {
  type Reach,
  reachOf,
  reachOfName,
} from "../../../../../../shared/source/http/core/connections/addresses.ts";

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
    "::2",
    "64:ff9b::7f00:1",
    "2002:7f00:1::",
  ],
  linkLocal: [
    "169.254.0.0",
    "169.254.255.255",
    "fe80::",
    "febf:ffff::1",
    "fe80::1%eth0",
    "::ffff:a9fe:a9fe",
    "::169.254.169.254",
    "64:ff9b::a9fe:a9fe",
    "64:ff9b:1::169.254.169.254",
    "2002:a9fe:a9fe::1",
    "fd00:ec2::254",
    "fd20:ce::254",
  ],
  private: [
    ...["10.0.0.0", "10.255.255.255", "172.16.0.0", "172.31.255.255", "192.168.0.0", "192.168.255.255"],
    ...["100.64.0.0", "100.127.255.255", "fc00::", "fdff:ffff::1", "::ffff:10.0.0.1"],
    ...[
      "fec0::1",
      "feff::1",
      "64:ff9b::10.0.0.1",
      "64:ff9b:1::a00:1",
      "2002:c0a8:101::",
      "fd00:ec2::253",
      "fd20:ce::255",
    ],
  ],
  reserved: [
    ...["192.0.0.0", "192.0.0.255", "198.18.0.0", "198.19.255.255", "224.0.0.1", "239.255.255.255"],
    ...["240.0.0.0", "255.255.255.255", "ff00::1", "ff02::1", "64:ff9b::e000:1"],
  ],
  public: [
    ...["192.0.1.0", "198.17.255.255", "198.20.0.0", "223.255.255.255"],
    ...[
      "64:ff9b::808:808",
      "64:ff9b:1::808:808",
      "64:ff9b:0:1::a00:1",
      "2002:808:808::a00:1",
      "2003:a00:1::",
    ],
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
    ...["::808:808", "fbff::1", "fe00::1", "2001:db8::1", "::ffff:8.8.8.8"],
  ],
};

for (const [reach, known] of Object.entries(addresses))
  for (const address of known) test(`${address} is ${reach}`, () => assert.equal(reachOf(address), reach));

for (const [name, reach] of [
  ["localhost", "loopback"],
  ["LocalHost.", "loopback"],
  ["any.localhost", "loopback"],
  ["metadata", "linkLocal"],
  ["metadata.google.internal", "linkLocal"],
  ["ip-10-0-0-1.ec2.internal", "private"],
  ["metadata.example.org", "public"],
  ["localhost.example.org", "public"],
  ["notlocalhost", "public"],
  ["internal", "public"],
] as const)
  test(`${name} is ${reach} by its name`, () => assert.equal(reachOfName(name), reach));
