import { newCallId } from "./call-id.ts";
import { Lease } from "./lease.ts";
import type { Operation } from "./operation.ts";
import { CallState } from "./state.ts";

/** The protocols a call can come in by. */
export type Protocol = "grpc" | "grpc-web" | "connect" | "rest";

/** Where a call came from. */
export interface Peer {
  /** Remote address; empty on a Unix socket. */
  readonly address: string;
  /** Whether the connection is encrypted. */
  readonly tls: boolean;
  /**
   * The subject alternative names of the client's certificate, when it has shown one that was verified (mTLS): `DNS:client.example`,
   * `URI:spiffe://example/client` (RFC 5280, section 4.2.1.6). Absent without one.
   */
  readonly certificateNames?: readonly string[];
}

/** Who a caller is, once a middleware found out. */
export interface Identity {
  readonly userId?: string;
  readonly organization?: string;
}

/** What a protocol knows before a call's first body byte. */
export interface RequestHeadInit {
  readonly operation: Operation;
  readonly protocol: Protocol;
  /** Request headers by lower-case name. */
  readonly headers: Readonly<Record<string, string | readonly string[] | undefined>>;
  readonly peer: Peer;
  /** The client's time limit in milliseconds, when it gave one. */
  readonly timeoutMs?: number | undefined;
}

/** A call before its body: what `admit` hooks see. The later context takes over its lease, state and identity. */
export class RequestHead {
  /** Ours (UUIDv7): keys reservations, settlement and the ledger. */
  readonly callId: string = newCallId();
  readonly operation: Operation;
  readonly protocol: Protocol;
  readonly headers: RequestHeadInit["headers"];
  readonly peer: Peer;
  readonly timeoutMs: number | undefined;
  /** `performance.now()` at the call's start. */
  readonly startedAt: number = performance.now();
  /** The client's `x-request-id` when it is acceptable, else the call id. A label only. */
  readonly requestId: string;
  readonly lease: Lease = new Lease();
  readonly state: CallState = new CallState();
  identity: Identity = {};

  constructor(init: RequestHeadInit) {
    this.operation = init.operation;
    this.protocol = init.protocol;
    this.headers = init.headers;
    this.peer = init.peer;
    this.timeoutMs = init.timeoutMs;
    const label = init.headers["x-request-id"];
    this.requestId = typeof label === "string" && /^[A-Za-z0-9._-]{1,128}$/.test(label) ? label : this.callId;
  }
}
