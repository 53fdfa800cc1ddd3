import { GatewayError } from "../chat/error.ts";
import { JsonReader } from "./json/json-reader.ts";
import type { LeftOutParams } from "./left-out-params.ts";
import { readingRequest } from "./openai/decode-request.ts";

/** Which vendor options may pass, and what they must not name. */
export interface VendorOptionRules {
  /** The vendor's name among the extensions. */
  readonly vendor: string;
  /** Names that may pass. */
  readonly allowed: ReadonlySet<string>;
  /** Names that the codec writes itself, whether this body has them or not. */
  readonly written: ReadonlySet<string>;
}

/**
 * The options of `extensions.{vendor}` that may pass, name and exact JSON text. What is not allowed is left out by the policy; of other
 * vendors' options nothing is said here.
 * @throws GatewayError `invalid_request` for one that names a field which the codec writes, or text that is no object.
 */
export function vendorOptions(
  request: { readonly extensionsJson: Readonly<Record<string, string>> },
  { vendor, allowed, written }: VendorOptionRules,
  left: LeftOutParams,
): readonly (readonly [name: string, json: string])[] {
  const given = Object.hasOwn(request.extensionsJson, vendor) ? request.extensionsJson[vendor] : undefined;
  if (given === undefined) return [];
  const passing = new Map<string, string>();
  readingRequest(() => {
    const reader = new JsonReader(given);
    reader.object((name) => {
      const json = reader.raw();
      const param = `extensions.${vendor}.${name}`.slice(0, 100);
      if (written.has(name)) {
        const message = `${param}: this field is the gateway's to write; use the request's own parameters`;
        throw new GatewayError("invalid_request", message, { param });
      }
      if (passing.has(name)) throw new GatewayError("invalid_request", `${param}: this key comes twice`, { param });
      if (allowed.has(name)) passing.set(name, json);
      else left.leave(param);
    });
    reader.end();
  });
  return [...passing];
}
