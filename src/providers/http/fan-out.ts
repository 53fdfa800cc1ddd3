import { GatewayError } from "../../chat/error.ts";
import type { ChatStream } from "../../chat/stream.ts";
import type { Provider, UpstreamCall } from "../provider.ts";
import { MergedStream } from "./merged-stream.ts";

/**
 * A provider whose vendor gives one choice a request, as one that takes `n`: the vendor is asked n times at once, each time under a lease
 * below the call's, and the replies are merged, one choice each. The first that fails fails the call and ends the others. What is noted
 * is the first request's.
 */
export function fanOut(provider: Provider): Provider {
  return {
    ...provider,
    chat(call) {
      const { n = 1 } = call.request();
      return n > 1 ? askAll(provider, call, n) : provider.chat(call);
    },
  };
}

async function askAll(provider: Provider, call: UpstreamCall, n: number): Promise<ChatStream> {
  const { lease, notes } = call;
  const asked = Array.from({ length: n }, (_, at) =>
    provider.chat({ ...call, lease: lease.child(), notes: at === 0 ? notes : {} }).catch((thrown: unknown) => {
      lease.close(GatewayError.from(thrown));
      throw thrown;
    }),
  );
  const settled = await Promise.allSettled(asked); // none may be left behind
  if (lease.error !== undefined) throw lease.error;
  return new MergedStream(
    call,
    settled.flatMap((result) => (result.status === "fulfilled" ? [result.value] : [])),
  );
}
