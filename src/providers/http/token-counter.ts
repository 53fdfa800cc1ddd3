import type { TokenCountCodec } from "../../codec/token-count-codec.ts";
import type { Provider } from "../provider.ts";
import type { ParamRules } from "./param-rules.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import type { VendorHttp } from "./vendor-http.ts";

/** A vendor's way to count tokens by its codec. */
export interface CountingApi extends ParamRules {
  readonly codec: TokenCountCodec;
  /** Path and query of a request, below the base URL. */
  readonly path: (model: string) => string;
}

const maxReplyBytes = 64 * 1024;

/** Makes what asks a vendor how many tokens a prompt has. */
export function tokenCounter(http: VendorHttp, provider: string, api: CountingApi): NonNullable<Provider["countTokens"]> {
  const { codec, path, unsupported, allowedOptions } = api;
  return async ({ request, model, lease, notes, headers, unsupportedParams = unsupported }) => {
    try {
      const encoded = codec.encodeRequest(request, { model, unsupported: unsupportedParams, allowedOptions });
      if (encoded === undefined) return undefined;
      notes.droppedParams = [...(notes.droppedParams ?? []), ...encoded.dropped];
      const asked = { path: path(model), body: Buffer.from(encoded.body), headers: encoded.headers };
      const { text } = await http.ask(asked, { lease, notes, clientHeaders: headers }, maxReplyBytes);
      const tokens = codec.decodeResponse(text);
      lease.close();
      return { tokens, method: "vendor" };
    } catch (error) {
      const failure = upstreamFailure(error, provider);
      lease.close(failure);
      throw failure;
    }
  };
}
