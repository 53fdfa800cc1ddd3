import { FakeUpstream, stall, type UpstreamRequest } from "./fake-upstream.ts";
import { sse } from "./recorded-replies.ts";
import { type RunningGateway, startGateway } from "./running-gateway.ts";

/** A whole gateway for clients to call. */
export interface ClientGateway extends RunningGateway {
  /** The next request for the silent model that no test has taken, as its upstream got it. */
  upstreamRequest(): Promise<UpstreamRequest>;
}

/** A model of another upstream, over a socket: it says "Hel" and then nothing more. */
export const silentModel = "up/silent";

/** Starts a whole gateway that has the demo models and the silent one. */
export async function startClientGateway(): Promise<ClientGateway> {
  const upstream = await FakeUpstream.start();
  const choices = [{ index: 0, delta: { role: "assistant", content: "Hel" }, finish_reason: null }];
  const chunk = { id: "c1", object: "chat.completion.chunk", created: 1, model: "silent", choices };
  upstream.always({ steps: [sse(chunk), stall] });
  const gateway = await startGateway({ providers: { up: { type: "openai-compatible", baseUrl: upstream.baseUrl } } });
  return {
    ...gateway,
    upstreamRequest: () => upstream.request(),
    async close() {
      await gateway.close();
      await upstream.close();
    },
  };
}
