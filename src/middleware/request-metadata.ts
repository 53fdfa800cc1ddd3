import { z } from "zod";
import { type ClientInfo, type ClientSdk, clientInfo } from "../chat/client-info.ts";
import { operations } from "../chat/operation.ts";
import type { RequestHead } from "../chat/request-head.ts";
import type { Middleware } from "../pipeline/middleware.ts";

/** Options of {@link requestMetadata}: none yet. */
export const requestMetadataOptions = z.strictObject({});

/**
 * Gathers what a client says about itself (metadata, user agent, SDK) into the call's state, under the key `clientInfo`.
 * @example builder.use(requestMetadata()); later: ctx.state.get(clientInfo)?.sdk?.language
 */
export function requestMetadata(): Middleware {
  return {
    name: "requestMetadata",
    operations,
    reads: "nothing",
    beforeLlm(ctx) {
      const found: ClientInfo = { metadata: ctx.metadata, userAgent: header(ctx.head, "user-agent"), sdk: sdkOf(ctx.head) };
      ctx.state.set(clientInfo, found);
      return undefined;
    },
  };
}

function sdkOf(head: RequestHead): ClientSdk | undefined {
  const language = header(head, "x-stainless-lang");
  if (language === undefined) return undefined;
  const retries = header(head, "x-stainless-retry-count");
  return {
    language,
    version: header(head, "x-stainless-package-version"),
    runtime: header(head, "x-stainless-runtime"),
    runtimeVersion: header(head, "x-stainless-runtime-version"),
    os: header(head, "x-stainless-os"),
    retryCount: retries !== undefined && /^\d{1,4}$/.test(retries) ? Number(retries) : undefined,
  };
}

/** A header's value, the first of several. */
function header({ headers }: RequestHead, name: string): string | undefined {
  const value = headers[name];
  return typeof value === "string" ? value : value?.[0];
}
