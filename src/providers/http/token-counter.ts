import type { TokenCountCodec } from "../../codec/token-count-codec.ts";
import type { Provider } from "../provider.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import type { VendorHttp } from "./vendor-http.ts";

/** A vendor's way to count tokens by its codec. */
export interface CountingApi {
  readonly codec: TokenCountCodec;
  /** Path and query of a request, below the base URL. */
  readonly path: (model: string) => string;
  /** Headers that it needs besides those of every request. */
  readonly headers?: Readonly<Record<string, string>> | undefined;
}

const maxReplyBytes = 64 * 1024;

/** Makes what asks a vendor how many tokens a prompt has. */
export function tokenCounter(http: VendorHttp, provider: string, api: CountingApi): NonNullable<Provider["countTokens"]> {
  const { codec, path, headers } = api;
  return async ({ request, model, lease, notes }) => {
    try {
      const body = codec.encodeRequest(request, model);
      if (body === undefined) return undefined;
      const asked = { path: path(model), body: Buffer.from(body), headers };
      const { text } = await http.ask(asked, { lease, notes }, maxReplyBytes);
      lease.close();
      return { tokens: codec.decodeResponse(text), method: "vendor" };
    } catch (error) {
      const failure = upstreamFailure(error, provider);
      lease.close(failure);
      throw failure;
    }
  };
}
