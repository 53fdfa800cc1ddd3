import { generateKeyPairSync, type KeyObject, verify } from "node:crypto";
import { once } from "node:events";
import { createServer, type IncomingMessage, type Server } from "node:http";
import type { AddressInfo } from "node:net";

/**
 * Google's token endpoint and a metadata server in one. Checks what it is asked with, and gives a new token each time: `token-1`, ….
 */
export class FakeGoogleTokens {
  /** How many requests it got. */
  requests = 0;
  /** What the next tokens' `expires_in` says, in seconds. */
  expiresIn = 3600;
  /** Answers with this status instead of a token. */
  status = 200;
  /** Gets every token it gives. */
  given: (token: string) => void = () => {};
  /** Answers only when this has resolved. */
  before: Promise<unknown> = Promise.resolve();
  readonly #server: Server;
  readonly #publicKey: KeyObject;
  readonly #privateKey: string;

  private constructor() {
    const pair = generateKeyPairSync("rsa", { modulusLength: 2048 });
    this.#publicKey = pair.publicKey;
    this.#privateKey = pair.privateKey.export({ type: "pkcs8", format: "pem" }).toString();
    this.#server = createServer(async (request, response) => {
      this.requests++;
      const pieces: Buffer[] = [];
      for await (const piece of request) pieces.push(piece as Buffer); // no encoding is set
      await this.before;
      const fault = this.#faultOf(request, Buffer.concat(pieces).toString());
      if (fault !== undefined || this.status !== 200) {
        response.writeHead(fault === undefined ? this.status : 400, { "content-type": "application/json" });
        response.end(JSON.stringify({ error: "invalid_grant", error_description: fault ?? "secret words" }));
        return;
      }
      const token = `token-${this.requests}`;
      this.given(token);
      response.writeHead(200, { "content-type": "application/json" });
      response.end(JSON.stringify({ access_token: token, expires_in: this.expiresIn, token_type: "Bearer" }));
    });
  }

  static async start(): Promise<FakeGoogleTokens> {
    const fake = new FakeGoogleTokens();
    await once(fake.#server.listen(0, "127.0.0.1"), "listening");
    return fake;
  }

  get origin(): string {
    return `http://127.0.0.1:${(this.#server.address() as AddressInfo).port}`; // it listens on TCP
  }

  /** The key file of a service account that it knows. */
  serviceAccount(more: object = {}): string {
    return JSON.stringify({
      type: "service_account",
      client_email: "sluice@project.iam.example",
      private_key_id: "key-1",
      private_key: this.#privateKey,
      token_uri: `${this.origin}/token`,
      ...more,
    });
  }

  /** The credentials of a user that it knows. */
  authorizedUser(more: object = {}): string {
    const user = { client_id: "client", client_secret: "client-secret", refresh_token: "refresh" };
    return JSON.stringify({ type: "authorized_user", ...user, token_uri: `${this.origin}/token`, ...more });
  }

  async close(): Promise<void> {
    this.#server.close();
    this.#server.closeAllConnections();
    await once(this.#server, "close").catch(() => {});
  }

  #faultOf(request: IncomingMessage, body: string): string | undefined {
    if (request.url === "/computeMetadata/v1/instance/service-accounts/default/token") {
      return request.headers["metadata-flavor"] === "Google" ? undefined : "no Metadata-Flavor";
    }
    if (request.url !== "/token" || request.method !== "POST") return "not found";
    const form = new URLSearchParams(body);
    if (form.get("grant_type") === "refresh_token") {
      const good =
        form.get("client_id") === "client" &&
        form.get("client_secret") === "client-secret" &&
        form.get("refresh_token") === "refresh";
      return good ? undefined : "a bad refresh token";
    }
    if (form.get("grant_type") !== "urn:ietf:params:oauth:grant-type:jwt-bearer") return "another grant";
    return this.#assertionFault(form.get("assertion") ?? "");
  }

  /** https://developers.google.com/identity/protocols/oauth2/service-account#jwt-auth */
  #assertionFault(assertion: string): string | undefined {
    const [header = "", claims = "", signature = ""] = assertion.split(".");
    const { alg, kid } = JSON.parse(Buffer.from(header, "base64url").toString());
    if (alg !== "RS256" || kid !== "key-1") return "another key";
    const { iss, aud, scope, iat, exp } = JSON.parse(Buffer.from(claims, "base64url").toString());
    if (iss !== "sluice@project.iam.example" || aud !== `${this.origin}/token`) return "another account or audience";
    if (!String(scope).includes("cloud-platform")) return "another scope";
    if (Math.abs(iat - Date.now() / 1000) > 60 || exp - iat > 3600) return "another time";
    const fits = verify("sha256", Buffer.from(`${header}.${claims}`), this.#publicKey, Buffer.from(signature, "base64url"));
    return fits ? undefined : "a bad signature";
  }
}
