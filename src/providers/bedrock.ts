import type { Secret } from "../chat/secret.ts";
import { bedrockEmbeddingOptions } from "../codec/bedrock/embedding-options.ts";
import { bedrockEmbeddingPath, bedrockEmbeddings } from "../codec/bedrock/embeddings.ts";
import { bedrockCodec, bedrockOptions } from "../codec/bedrock/index.ts";
import type { AwsCredentials } from "./aws/aws-credentials.ts";
import { CachedCredentials } from "./aws/cached-credentials.ts";
import { credentialChain } from "./aws/credential-chain.ts";
import { eventStreamFraming } from "./aws/event-stream-framing.ts";
import { signV4, uriEncode } from "./aws/sign-v4.ts";
import { codecApi } from "./http/codec-api.ts";
import { fanOut } from "./http/fan-out.ts";
import { type HttpProviderOptions, httpProvider } from "./http/http-provider.ts";
import { paramRules } from "./http/param-rules.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import type { OutgoingRequest } from "./http/vendor-http.ts";
import type { Provider } from "./provider.ts";
import type { ProviderDeps } from "./provider-deps.ts";

/** How to reach Amazon Bedrock. */
export interface BedrockOptions extends ParamSettings {
  /** Default the environment's. */
  readonly region?: string | undefined;
  /** A Bedrock API key, sent as a bearer token instead of signatures. */
  readonly apiKey?: Secret | undefined;
  /** Keys of an identity; default what the environment, a profile, the container or the machine gives. */
  readonly accessKeyId?: string | undefined;
  readonly secretAccessKey?: Secret | undefined;
  readonly sessionToken?: Secret | undefined;
  /** A profile of AWS's files, by name. */
  readonly profile?: string | undefined;
  /** Default the region's `bedrock-runtime`. */
  readonly baseUrl?: string | undefined;
  /** Models to list; any other may be asked for too. */
  readonly models?: readonly string[] | undefined;
}

/** What the provider may use. */
export interface BedrockDeps extends ProviderDeps {
  /** Unix time in milliseconds: for signatures and expiries. Default the system's. */
  readonly now?: (() => number) | undefined;
}

/** Amazon Bedrock by its Converse API (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export function bedrock(name: string, options: BedrockOptions, deps: BedrockDeps): Provider {
  const { clock, aws = {}, now = Date.now } = deps;
  const region = options.region ?? aws.region;
  if (region === undefined) throw new Error(`provider ${name}: region is missing, and the environment has no AWS_REGION`);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const tokenEndpoint = `https://sts.${region}.${domain}/`;
  const chain = credentialChain({
    credentials: givenCredentials(name, options),
    profile: options.profile,
    environment: aws,
    tokenEndpoint,
    clock,
  });
  return fanOut(
    httpProvider({
      name,
      vendor: "bedrock",
      baseUrl: options.baseUrl ?? `https://bedrock-runtime.${region}.${domain}`,
      authenticate:
        options.apiKey === undefined ? signing(new CachedCredentials(chain, now), region, now) : bearing(options.apiKey),
      api: codecApi({
        provider: name,
        codec: bedrockCodec,
        path: ({ model, streamed }) => `/model/${uriEncode(model)}/${streamed ? "converse-stream" : "converse"}`,
        vendorOptions: bedrockOptions,
        settings: options,
        framing: eventStreamFraming,
      }),
      embeddings: {
        codec: bedrockEmbeddings,
        path: bedrockEmbeddingPath,
        ...paramRules(options, bedrockEmbeddingOptions),
      },
      models: options.models ?? [],
      deps,
    }),
  );
}

function givenCredentials(name: string, options: BedrockOptions): AwsCredentials | undefined {
  const { accessKeyId, secretAccessKey, sessionToken } = options;
  if (accessKeyId === undefined && secretAccessKey === undefined) return undefined;
  if (accessKeyId === undefined || secretAccessKey === undefined) {
    throw new Error(`provider ${name}: accessKeyId and secretAccessKey go together`);
  }
  return { accessKeyId, secretAccessKey, sessionToken };
}

type Authenticate = HttpProviderOptions["authenticate"];

const bearing = (apiKey: Secret): Authenticate => {
  const headers = { authorization: `Bearer ${apiKey.reveal()}` };
  return () => headers;
};

function signing(credentials: CachedCredentials, region: string, now: () => number): Authenticate {
  const sign = (request: OutgoingRequest, by: AwsCredentials) =>
    signV4({ ...request, contentType: request.headers["content-type"] ?? "" }, by, { region, service: "bedrock", now: now() });
  return (request) => {
    const by = credentials.get();
    return by instanceof Promise ? by.then((awaited) => sign(request, awaited)) : sign(request, by);
  };
}
