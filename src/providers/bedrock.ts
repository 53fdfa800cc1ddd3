import type { Secret } from "../chat/secret.ts";
import { bedrockEmbeddingOptions } from "../codec/bedrock/embedding-options.ts";
import { bedrockEmbeddingPath, bedrockEmbeddings } from "../codec/bedrock/embeddings.ts";
import { bedrockCodec, bedrockOptions } from "../codec/bedrock/index.ts";
import type { AwsCredentials } from "./aws/aws-credentials.ts";
import { credentialChain } from "./aws/credential-chain.ts";
import { eventStreamFraming } from "./aws/event-stream-framing.ts";
import { requestSigning } from "./aws/request-signing.ts";
import { uriEncode } from "./aws/sign-v4.ts";
import { codecApi } from "./http/codec-api.ts";
import { fanOut } from "./http/fan-out.ts";
import { httpProvider } from "./http/http-provider.ts";
import { paramRules } from "./http/param-rules.ts";
import type { ParamSettings } from "./http/param-settings.ts";
import type { VendorAuth } from "./http/vendor-http.ts";
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

/** Amazon Bedrock by its Converse API (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_Converse.html). */
export function bedrock(name: string, options: BedrockOptions, deps: ProviderDeps): Provider {
  const { clock, aws = {}, upstream } = deps;
  const region = options.region ?? aws.region;
  if (region === undefined) throw new Error(`provider ${name}: region is missing, and the environment has no AWS_REGION`);
  const domain = region.startsWith("cn-") ? "amazonaws.com.cn" : "amazonaws.com";
  const tokenEndpoint = `https://sts.${region}.${domain}/`;
  const chain = credentialChain({
    credentials: givenCredentials(name, options),
    profile: options.profile,
    environment: aws,
    tokenEndpoint,
    proxyFor: upstream?.proxyFor,
    clock,
  });
  return fanOut(
    httpProvider({
      name,
      vendor: "bedrock",
      baseUrl: options.baseUrl ?? `https://bedrock-runtime.${region}.${domain}`,
      ...(options.apiKey === undefined ? requestSigning(chain, region, deps) : bearing(options.apiKey)),
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

function bearing(apiKey: Secret): VendorAuth {
  const headers = { authorization: `Bearer ${apiKey.reveal()}` };
  return { authenticate: () => headers };
}
