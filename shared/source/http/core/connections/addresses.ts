import { type LookupAddress, lookup as systemLookup } from "node:dns";
import { BlockList, isIP, type LookupFunction } from "node:net";
import { Failure } from "../failure.ts";

/** Where an address leads: who stands beside a server reaches by it what others do not. */
export type Reach = "public" | "private" | "loopback" | "linkLocal";

/** RFC 6890, and what a system takes for itself (0.0.0.0, ::). IPv4 also within IPv6 (::ffff:10.0.0.1): the list sees to that. */
const networks: Readonly<Record<Exclude<Reach, "public">, readonly string[]>> = {
  loopback: ["127.0.0.0/8", "0.0.0.0/8", "::1/128", "::/128"],
  linkLocal: ["169.254.0.0/16", "fe80::/10"],
  private: ["10.0.0.0/8", "172.16.0.0/12", "192.168.0.0/16", "100.64.0.0/10", "fc00::/7"],
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
  const family = plain.includes(":") ? "ipv6" : "ipv4";
  return reaches.find(([, list]) => list.check(plain, family))?.[0] ?? "public";
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
  let baseReaches: Promise<ReadonlySet<Reach>> | undefined;

  async function reachesOfBase(): Promise<ReadonlySet<Reach>> {
    const addresses = isIP(hostOf(base)) ? [hostOf(base)] : await addressesOf(hostOf(base));
    return new Set(addresses.map(reachOf));
  }

  function addressesOf(host: string): Promise<readonly string[]> {
    const { promise, resolve, reject } = Promise.withResolvers<readonly string[]>();
    lookup(host, { all: true }, (error, found) => {
      if (error) reject(error);
      else resolve(listed(found).map(({ address }) => address));
    });
    return promise;
  }

  /** Throws a `Failure` where none may be connected to. */
  async function check(host: string, addresses: readonly string[]): Promise<void> {
    for (const address of addresses) {
      const reach = reachOf(address);
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
    /** For an address in the URL itself; a name's are checked when they are looked up. */
    async checkUrl(url: URL): Promise<void> {
      const host = hostOf(url);
      if (isIP(host) && !isBase(url)) await check(host, [host]);
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
  linkLocal: "an address of this link alone",
};
