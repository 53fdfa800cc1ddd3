import { type HttpIncoming, type HttpOutgoing, isGone } from "../exchange.ts";
import { refuse } from "../refuse.ts";
import { checkReads, writePage } from "./page.ts";

/** Answers `/metrics` with Prometheus's text format. Never rejects. */
export async function metricsPage(request: HttpIncoming, response: HttpOutgoing, metrics: () => Promise<string>): Promise<void> {
  try {
    checkReads(request, response);
    const text = await metrics();
    if (!isGone(response)) writePage(response, 200, "text/plain; version=0.0.4; charset=utf-8", text);
  } catch (thrown) {
    refuse(request, response, thrown);
  }
}
