import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Failure } from "../failure.ts";

/** Where an address leads: who stands beside a server reaches by it what others do not. */
export type Reach = "public" | "private" | "reserved" | "loopback" | "linkLocal";

/**
 * RFC 6890, and what a system takes for itself (0.0.0.0, ::); beside the link-local ones where clouds hand out credentials by IPv6
 * (Amazon's, Google's). What is in the first that fits counts.
 */
const networks: Readonly<Record<Exclude<Reach, "public">, readonly string[]>> = {
  linkLocal: ["169.254.0.0/16", "fe80::/10", "fd00:ec2::254/128", "fd20:ce::254/128"],
  loopback: ["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7", "fec0::/10"],
  reserved: ["192.0.0.0/24", "198.18.0.0/15", "224.0.0.0/4", "240.0.0.0/4", "ff00::/8"],
};

const reaches = Object.entries(networks).map(([reach, subnets]) => {
  const list = new BlockList();
  for (const subnet of subnets) {
    const [network = "", bits] = subnet.split("/");
    list.addSubnet(network, Number(bits), network.includes(":") ? "ipv6" : "ipv4");
  }
  return [reach as Reach, list] as const;
});

/** Of an IP address; of a link-local one with its interface too (`fe80::1%eth0`). */
export function reachOf(address: string): Reach {
  const [plain = ""] = address.split("%");
  const within = plain.includes(":") ? ipv4Within(plain) : undefined;
  const isIn = (list: BlockList) =>
    list.check(plain, plain.includes(":") ? "ipv6" : "ipv4") || (within !== undefined && list.check(within));
  return reaches.find(([, list]) => isIn(list))?.[0] ?? "public";
}

/** Where an IPv6 address leads to one of IPv4: by its prefix, the group of 16 bits that this begins at. */
const carriers = [
  { prefix: /^64:ff9b:0:0:0:0:/, at: 6 }, // RFC 6052
  { prefix: /^64:ff9b:1:/, at: 6 }, // RFC 8215
  { prefix: /^2002:/, at: 1 }, // RFC 3056
  { prefix: /^0:0:0:0:0:(?:0|ffff):/, at: 6 }, // RFC 4291
];

function ipv4Within(address: string): string | undefined {
  const groups = groupsOf(address);
  const carrier = carriers.find(({ prefix }) => prefix.test(groups.join(":")));
  if (!carrier) return undefined;
  const [high = "0", low = "0"] = groups.slice(carrier.at);
  return [high, low]
    .map((group) => Number.parseInt(group, 16))
    .flatMap((bits) => [bits >> 8, bits & 0xff])
    .join(".");
}

/** The eight groups of an IPv6 address, in hexadecimal without zeros before. */
function groupsOf(address: string): readonly string[] {
  const written = hostOf(new URL(`http://[${address}]`));
  const [before = [], after = []] = written
    .split("::")
    .map((part) => part.split(":").filter((group) => group !== ""));
  return [...before, ...Array.from({ length: 8 - before.length - after.length }, () => "0"), ...after];
}

/** Names that stand for such addresses wherever they are looked up. */
export function reachOfName(host: string): Reach {
  const name = host.toLowerCase().replace(/\.$/, "");
  if (name === "metadata" || name === "metadata.google.internal") return "linkLocal";
  if (/(?:^|\.)localhost$/.test(name)) return "loopback";
  return name.endsWith(".internal") ? "private" : "public";
}

/** A URL's host, without the brackets of an IPv6 address. */
export function hostOf({ hostname }: URL): string {
  return hostname.replace(/^\[(.*)\]$/, "$1");
}

export interface GuardOptions {
  /** Where the user of the source asks: what is beside it is no secret. */
  readonly base: URL;
  readonly isAnyHost: boolean;
  /** What asks the system for a host's addresses. */
  readonly lookup: LookupFunction | undefined;
}

/**
 * Keeps connections to hosts that only the server named, by a redirect or in a listing, away from machines that the server itself
 * could not reach: addresses that are not public are refused, but for those like the base URL's own host or where any host is
 * allowed. Link-local ones are refused in any case: there clouds hand out credentials.
 */
export function createGuard({ base, isAnyHost, lookup = systemLookup as LookupFunction }: GuardOptions) {
  /** What became of names that a proxy looks up. */
  const checkedHere = new Map<string, Promise<void>>();
  let baseReaches: Promise<ReadonlySet<Reach>> | undefined;

  async function reachesOfBase(): Promise<ReadonlySet<Reach>> {
    const host = hostOf(base);
    const addresses = isIP(host) ? [host] : await addressesHere(host);
    return new Set([...addresses.map(reachOf), reachOfName(host)]);
  }

  function addressesOf(host: string): Promise<readonly string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    lookup(host, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve(listed(found).map(({ address }) => address));
    });
    return promise;
  }

  /** None of a name that nobody knows here: a proxy may. */
  function addressesHere(host: string): Promise<readonly string[]> {
    return addressesOf(host).catch(() => []);
  }

  /** Throws a `Failure` where none may be connected to. */
  async function check(host: string, addresses: readonly string[]): Promise<void> {
    const found = addresses.map((address) => [reachOf(address), address] as const);
    for (const [reach, address] of [...found, [reachOfName(host), host] as const]) {
      if (reach === "public" || (isAnyHost && reach !== "linkLocal")) continue;
      baseReaches ??= reachesOfBase();
      if (reach !== "linkLocal" && (await baseReaches).has(reach)) continue;
      const named = host === address ? address : `${host}, which is ${address}`;
      const remedy =
        reach === "linkLocal" ? "" : "; to allow that, write ?redirect-host=any behind the source's URL";
      throw new Failure(`the server leads to ${named}, ${words[reach]}: refused${remedy}`, { isFinal: true });
    }
  }

  return {
    /** For an address in the URL itself. A name's are checked when they are looked up: here, where a proxy does that otherwise. */
    async checkUrl(url: URL, isProxied: boolean): Promise<void> {
      const host = hostOf(url);
      if (isBase(url)) return;
      if (isIP(host)) await check(host, [host]);
      else if (isProxied) {
        const checked = checkedHere.get(host) ?? addressesHere(host).then((found) => check(host, found));
        checkedHere.set(host, checked);
        await checked;
      }
    },

    /** What looks a URL's host up for a connection. */
    lookupFor(url: URL): LookupFunction {
      if (isBase(url)) return lookup;
      return (host, options, done) => {
        lookup(host, { ...options, all: true }, (error, found) => {
          if (error) return done(error, []);
          const addresses = listed(found);
          check(
            host,
            addresses.map(({ address }) => address),
          ).then(
            () =>
              options.all
                ? done(null, addresses)
                : done(null, addresses[0]?.address ?? "", addresses[0]?.family),
            (refused) => done(refused, []),
          );
        });
      };
    },
  };

  function isBase(url: URL): boolean {
    return url.hostname === base.hostname;
  }
}

function listed(found: string | LookupAddress[]): LookupAddress[] {
  return typeof found === "string" ? [{ address: found, family: isIP(found) }] : found;
}

const words: Readonly<Record<Exclude<Reach, "public">, string>> = {
  loopback: "this machine itself",
  private: "an address of a private network",
  reserved: "an address that no public machine has",
  linkLocal: "an address of this link alone",
};
