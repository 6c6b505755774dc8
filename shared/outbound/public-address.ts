import { BlockList, isIP } from "node:net";

/**
 * IPv4 blocks that are not public unicast: those of the IANA IPv4 Special-Purpose Address Registry
 * (https://www.iana.org/assignments/iana-ipv4-special-registry/) that are not globally reachable, and multicast.
 */
const NOT_PUBLIC_IPV4: readonly (readonly [string, number])[] = [
  ["0.0.0.0", 8], // this network
  ["10.0.0.0", 8], // private use
  ["100.64.0.0", 10], // shared address space (carrier-grade NAT)
  ["127.0.0.0", 8], // loopback
  ["168.63.129.16", 32], // Azure's platform endpoint: a public number that answers inside only
  ["169.254.0.0", 16], // link-local, with the metadata servers of the clouds
  ["172.16.0.0", 12], // private use
  ["192.0.0.0", 24], // IETF protocol assignments
  ["192.0.2.0", 24], // documentation
  ["192.88.99.0", 24], // former 6to4 relays
  ["192.168.0.0", 16], // private use
  ["198.18.0.0", 15], // benchmarking
  ["198.51.100.0", 24], // documentation
  ["203.0.113.0", 24], // documentation
  ["224.0.0.0", 4], // multicast
  ["240.0.0.0", 4], // reserved, with the limited broadcast
];

/**
 * The one block of IPv6 that is assigned for global unicast (RFC 4291 §2.4,
 * https://www.iana.org/assignments/ipv6-address-space/). Outside are loopback, unspecified, link-local, unique-local, multicast,
 * the discard prefix, IPv4-mapped, IPv4-compatible and IPv4-translated addresses and both prefixes of NAT64.
 */
const GLOBAL_UNICAST_IPV6 = ["2000::", 3] as const;

/** Inside of it, what is not public, or leads to an IPv4 address (https://www.iana.org/assignments/iana-ipv6-special-registry/). */
const NOT_PUBLIC_IPV6: readonly (readonly [string, number])[] = [
  ["2001::", 23], // IETF protocol assignments: Teredo, benchmarking, ORCHID
  ["2001:db8::", 32], // documentation
  ["2002::", 16], // 6to4
  ["3ffe::", 16], // former 6bone
  ["3fff::", 20], // documentation
];

const refusedIpv4 = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_IPV4) refusedIpv4.addSubnet(network, prefix, "ipv4");

const globalIpv6 = new BlockList();
globalIpv6.addSubnet(...GLOBAL_UNICAST_IPV6, "ipv6");

const refusedIpv6 = new BlockList();
for (const [network, prefix] of NOT_PUBLIC_IPV6) refusedIpv6.addSubnet(network, prefix, "ipv6");

/**
 * True for an address of the public internet that belongs to one host.
 * @param address as a resolver answers it; anything else, and an address with a zone, is not public
 */
export function isPublicAddress(address: string): boolean {
  const version = isIP(address);
  if (version === 4) return !refusedIpv4.check(address, "ipv4");
  if (version !== 6 || address.includes("%")) return false;
  return globalIpv6.check(address, "ipv6") && !refusedIpv6.check(address, "ipv6");
}
