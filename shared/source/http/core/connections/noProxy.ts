import { BlockList, isIP } from "node:net";
import { hostOf } from "./addresses.ts";

/**
 * Whether a URL is to be asked for without a proxy, as `no_proxy` says it: names separated by commas or blanks, each for itself and
 * all below it (`example.org`, `.example.org`, `*.example.org`), with a port or without one, addresses and networks
 * (`10.0.0.0/8`), or `*` for everything.
 */
export function isWithoutProxy(url: URL, noProxy: string): boolean {
  const host = hostOf(url).toLowerCase();
  const port = url.port || (url.protocol === "https:" ? "443" : "80");
  return noProxy
    .toLowerCase()
    .split(/[\s,]+/)
    .filter((rule) => rule !== "")
    .some((rule) => fits(rule, host, port));
}

function fits(rule: string, host: string, port: string): boolean {
  if (rule === "*") return true;
  if (isIP(host) !== 0 && rule.includes("/")) return isWithin(host, rule);
  const [, bracketed, plain, rulePort] = /^(?:\[(.*)\]|([^:]*|.*:.*:.*?))(?::(\d+))?$/.exec(rule) ?? [];
  if (rulePort !== undefined && rulePort !== port) return false;
  const name = (bracketed ?? plain ?? "").replace(/^\*?\./, "");
  return name !== "" && (host === name || (isIP(host) === 0 && host.endsWith(`.${name}`)));
}

function isWithin(address: string, network: string): boolean {
  const [first = "", bits = ""] = network.split("/");
  const family = isIP(first) === 4 ? "ipv4" : "ipv6";
  if (
    isIP(first) !== isIP(address) ||
    !/^\d{1,3}$/.test(bits) ||
    Number(bits) > (isIP(first) === 4 ? 32 : 128)
  )
    return false;
  const list = new BlockList();
  list.addSubnet(first, Number(bits), family);
  return list.check(address, family);
}
