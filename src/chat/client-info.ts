import { type StateKey, stateKey } from "./state.ts";

/** What a client said about itself. Labels: nothing of it is proven. */
export interface ClientInfo {
  /** `x-sluice-metadata`, and over it the body's `metadata`. */
  readonly metadata: Readonly<Record<string, string>>;
  /** The `user-agent` header. */
  readonly userAgent: string | undefined;
  /** What the official OpenAI SDKs (and others of their maker, Stainless) send in `x-stainless-*`. */
  readonly sdk: ClientSdk | undefined;
}

/** A client library, from its `x-stainless-*` headers. */
export interface ClientSdk {
  /** `js`, `python`, `go`, … */
  readonly language: string;
  readonly version: string | undefined;
  readonly runtime: string | undefined;
  readonly runtimeVersion: string | undefined;
  readonly os: string | undefined;
  /** Which try of the client's this is: 0 for the first. */
  readonly retryCount: number | undefined;
}

/** Where the middleware `requestMetadata` leaves what it found. */
export const clientInfo: StateKey<ClientInfo> = stateKey("clientInfo");
