/** What the connections of a listener may take. Times in milliseconds, sizes in bytes. */
export interface ConnectionLimits {
  /** Until a new connection has said what it speaks; with TLS, until its handshake is done too. */
  readonly silentMs: number;
  /** Until a request's head is there. */
  readonly headersMs: number;
  /** Until a request's body is there, after its head. */
  readonly bodyMs: number;
  /** How long a connection may stay without a request. */
  readonly idleMs: number;
  /** How long a client may take nothing of what is sent to it. */
  readonly writeMs: number;
  /** HTTP/2: how long a connection that waits for replies hears nothing before it is asked whether it is still there. */
  readonly keepAliveMs: number;
  /** The largest head of a request. */
  readonly maxHeaderBytes: number;
  /** HTTP/2: requests at one time. */
  readonly maxStreamsPerConnection: number;
  /** Requests after which a connection is closed in good order, so that clients spread over replicas again. */
  readonly maxRequestsPerConnection: number;
}

/**
 * HTTP/2 streams that were reset, by either side, per connection (CVE-2023-44487, CVE-2025-8671): so many at once, so many a second.
 * What is over it costs a client all its streams, so all may be cancelled at once, and then as many as nghttp2 allows by itself.
 */
export const resetAllowance = { burst: 1000, perSecond: 33 } as const;

/** What a listener grants when nothing else is said. */
export const defaultLimits: ConnectionLimits = {
  silentMs: 10_000,
  headersMs: 10_000,
  bodyMs: 60_000,
  idleMs: 75_000, // longer than the minute after which clients and load balancers drop idle connections, so that it is they who do
  writeMs: 30_000,
  keepAliveMs: 15_000,
  maxHeaderBytes: 32 * 1024,
  maxStreamsPerConnection: 1000,
  maxRequestsPerConnection: 100_000,
};
