import type { Cost } from "#gen/sluice/chat/v1/cost_pb";
import type { RouteInfo } from "#gen/sluice/chat/v1/route_info_pb";
import { usdText } from "../../chat/cost.ts";
import type { GatewayError } from "../../chat/error.ts";
import type { Immutable } from "../../chat/immutable.ts";
import type { RequestHead } from "../../chat/request-head.ts";
import type { HttpOutgoing } from "../exchange.ts";

/** Says which call an answer belongs to. */
export function setCallHeaders(response: HttpOutgoing, head: RequestHead): void {
  response.setHeader("x-request-id", head.requestId);
  response.setHeader("x-sluice-call-id", head.callId);
}

/** Says where a call went, as far as it is known. */
export function setRouteHeaders(response: HttpOutgoing, route: Immutable<RouteInfo>): void {
  if (route.provider !== "") {
    response.setHeader("x-sluice-provider", headerText(route.provider));
    response.setHeader("x-sluice-model", headerText(route.model));
    response.setHeader("x-sluice-attempts", String(route.attempts));
  }
  if (route.cache !== "") response.setHeader("x-sluice-cache", headerText(route.cache));
  if (route.droppedParams.length > 0) {
    response.setHeader("x-sluice-dropped-params", route.droppedParams.map(headerText).join(","));
  }
}

/** Says what a call cost, as far as it is known. */
export function setCostHeader(response: HttpOutgoing, cost: Immutable<Cost> | undefined): void {
  if (cost !== undefined) response.setHeader("x-sluice-cost-usd", usdText(cost.totalNanoUsd));
}

/** Tells a client whether and when to try again. */
export function setRetryHeaders(response: HttpOutgoing, error: GatewayError): void {
  response.setHeader("x-should-retry", String(error.row.retry !== "no"));
  const waitMs = error.retryAfterMs ?? (error.row.retry === "after" ? 1000 : undefined);
  if (waitMs !== undefined) response.setHeader("retry-after", String(Math.max(1, Math.ceil(waitMs / 1000))));
}

/** A text as a header's value: what is not printable ASCII is percent-encoded. */
function headerText(text: string): string {
  return text.toWellFormed().replace(/[^\u0020-\u007e]+/g, encodeURIComponent);
}
