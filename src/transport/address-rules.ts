import { BlockList, isIP } from "node:net";

/** Says why nothing may be asked at a host (a URL's host name, or an address that one resolved to); undefined: it may be. */
export type AddressRules = (host: string) => string | undefined;

const azure = "168.63.129.16/32"; // https://learn.microsoft.com/azure/virtual-network/what-is-ip-address-168-63-129-16
const alibaba = "100.100.100.200/32"; // https://www.alibabacloud.com/help/en/ecs/user-guide/view-instance-metadata
const aws = "fd00:ec2::/32"; // https://docs.aws.amazon.com/AWSEC2/latest/UserGuide/instancedata-data-retrieval.html
const google = "fd20:ce::254/128"; // https://cloud.google.com/compute/docs/metadata/querying-metadata
const oracle = ["192.0.0.192/32", "fd00:c1::a9fe:a9fe/128"]; // https://docs.oracle.com/iaas/Content/Compute/Tasks/gettingmetadata.htm
const scaleway = "fd00:42::42/128"; // https://www.scaleway.com/en/docs/instances/how-to/use-metadata/

/** What no model is served at, and what gives a machine's credentials to anybody who asks from it (RFC 6890; the clouds' pages). */
const refused: readonly (readonly [what: string, ranges: readonly string[]])[] = [
  ["an unspecified address", ["0.0.0.0/8", "::/128"]],
  ["a link-local address", ["169.254.0.0/16", "fe80::/10"]],
  ["a cloud's metadata service", [azure, alibaba, aws, google, ...oracle, scaleway]],
  ["a multicast address", ["224.0.0.0/4", "ff00::/8"]],
  ["a reserved address", ["240.0.0.0/4"]],
];

/** Names of metadata services, all of which are at this address. */
const metadataAddress = "169.254.169.254";
const metadataNames: ReadonlySet<string> = new Set(["metadata", "metadata.google.internal", "metadata.goog", "instance-data"]);

/**
 * The rules of which addresses an upstream may have: neither link-local, nor a metadata service, nor unspecified, nor multicast, nor
 * reserved, however IPv6 dresses them (mapped, NAT64, 6to4), unless `allowed`, addresses and CIDR ranges, names them. Loopback and private
 * networks are where local models are.
 */
export function addressRules(allowed: readonly string[] = []): AddressRules {
  const exceptions = blockList(allowed);
  const lists = refused.map(([what, ranges]) => [what, blockList(ranges)] as const);
  return (host) => {
    const [bare = ""] = host
      .toLowerCase()
      .replace(/^\[|\]$/g, "")
      .split("%"); // without a zone
    const address = metadataNames.has(bare.replace(/\.$/, "")) ? metadataAddress : bare;
    const family = isIP(address) === 6 ? "ipv6" : "ipv4";
    if (isIP(address) === 0 || exceptions.check(address, family)) return undefined;
    return lists.find(([, list]) => list.check(address, family))?.[0];
  };
}

function blockList(ranges: readonly string[]): BlockList {
  const list = new BlockList();
  for (const range of ranges) {
    const [address = "", length] = range.split("/");
    if (isIP(address) === 6) {
      list.addSubnet(address, Number(length ?? 128), "ipv6");
      continue;
    }
    const bits = Number(length ?? 32);
    list.addSubnet(address, bits, "ipv4"); // and as ::ffff:0:0/96, which BlockList does itself
    list.addSubnet(`64:ff9b::${address}`, 96 + bits, "ipv6"); // RFC 6052
    const [a = 0, b = 0, c = 0, d = 0] = address.split(".").map(Number);
    list.addSubnet(`2002:${(a * 256 + b).toString(16)}:${(c * 256 + d).toString(16)}::`, 16 + bits, "ipv6"); // RFC 3056
  }
  return list;
}
