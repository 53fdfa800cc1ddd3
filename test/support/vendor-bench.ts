import { Lease } from "../../src/chat/lease.ts";
import { Secret } from "../../src/chat/secret.ts";
import { type ProviderOptions, providerTypes } from "../../src/providers/index.ts";
import type { Provider, UpstreamAttempt } from "../../src/providers/provider.ts";
import { FakeClock } from "./fake-clock.ts";
import { FakeUpstream, type Script, type UpstreamRequest } from "./fake-upstream.ts";

/** What a vendor was asked: the path below its base URL, and the body as JSON. */
type Asked = readonly [method: string, path: string, body: unknown];

/** An upstream that stands for any vendor, Google's tokens included, and providers of every type in front of it. */
export class VendorBench {
  readonly upstream: FakeUpstream;
  readonly #opened: Provider[] = [];

  private constructor(upstream: FakeUpstream) {
    this.upstream = upstream;
  }

  static async start(): Promise<VendorBench> {
    return new VendorBench(await FakeUpstream.start());
  }

  /** A provider of a type of the configuration, whose vendor is this upstream. */
  open(type: string, more: ProviderOptions = {}): Provider {
    const baseUrl = `${this.upstream.origin}/base`;
    const user = { type: "authorized_user", client_id: "i", client_secret: "s", refresh_token: "r" };
    const credentials = new Secret(JSON.stringify({ ...user, token_uri: `${this.upstream.origin}/token` }));
    const own: Readonly<Record<string, ProviderOptions>> = {
      vertex: { project: "p", location: "global", credentials },
      bedrock: { region: "eu-central-1" },
      azure: { apiVersion: "2024-10-21", endpoint: baseUrl },
    };
    const made = providerTypes[type]?.(
      "vendor",
      { baseUrl, apiKey: new Secret("key"), ...own[type], ...more },
      { clock: new FakeClock() },
    );
    if (made === undefined) throw new Error(`there is no type ${type}`);
    this.#opened.push(made);
    return made;
  }

  /** Answers every request so; Google's for tokens with a token. */
  always(script: (request: UpstreamRequest) => Script): void {
    const token = json({ access_token: "t", expires_in: 3600, token_type: "Bearer" });
    this.upstream.always((request) => (request.path === "/token" ? token : script(request)));
  }

  /** Answers the next requests with these values as JSON, in order. */
  answer(...replies: readonly unknown[]): void {
    const left = replies.map((reply) => json(reply));
    this.always(() => left.shift() ?? { status: 599 });
  }

  /** Every request but those for tokens. */
  asked(): Asked[] {
    return this.upstream.requests
      .filter(({ path }) => path !== "/token")
      .map(({ method, path, body }) => [
        method,
        path.replace(/^\/base/, ""),
        body.length > 0 ? JSON.parse(body.toString()) : null,
      ]);
  }

  /** Closes the providers, and forgets requests and answers. */
  async clear(): Promise<void> {
    await Promise.all(this.#opened.splice(0).map((provider) => provider.close()));
    this.upstream.clear();
  }

  close(): Promise<void> {
    return this.upstream.close();
  }
}

/** A value as an upstream's answer. */
export const json = (value: unknown): Script => ({ steps: [JSON.stringify(value)] });

/** An attempt at a model, as the router makes it. */
export function attempt(model: string): UpstreamAttempt {
  return { callId: "call", model, requestedModel: "vendor/asked", lease: new Lease(), notes: {}, headers: { via: "1.1 sluice" } };
}
