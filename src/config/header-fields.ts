import { z } from "zod";
import { secretOf } from "./secret-field.ts";

/** Fields of one connection, and those that say where a message begins and ends (RFC 9110, section 7.6.1; RFC 9112, section 6). */
const framing =
  /^(?:connection|content-(?:encoding|length|type)|expect|host|http2-settings|keep-alive|te|trailer|transfer-encoding|upgrade)$/i;
/** Fields that the gateway sends itself, or that are meant for it alone. */
const own = /^(?:accept|accept-encoding|user-agent|via|(?:connect|grpc|proxy|x-sluice)-.*)$/i;
/** Fields by which a client proves who it is, or says for whom it asks: to the gateway, not to its upstreams. */
const credentials =
  /^(?:authorization|authentication-info|cookie2?|set-cookie|(?:x-)?(?:api|auth|access|csrf)-?(?:key|token|secret)|x-goog-(?:api-key|user-project|iam-.*)|x-amz-.*|ocp-apim-subscription-key|cf-access-.*|x-forwarded-client-cert|openai-(?:organization|project))$/i;

const fieldName = z.string().regex(/^[!#$%&'*+.^_`|~\dA-Za-z-]{1,128}$/, "is not the name of a header");

/** The name of a header that may pass from clients to an upstream. */
export const forwardedHeader = fieldName
  .refine((name) => !framing.test(name) && !own.test(name), "cannot be forwarded: the gateway sends its own, or none")
  .refine((name) => !credentials.test(name), "cannot be forwarded: a client's credentials are for the gateway");

const addedName = fieldName
  .refine((name) => !framing.test(name) && !own.test(name), "cannot be added: the gateway sends its own, or none")
  .refine((name) => !/^authorization$/i.test(name), "cannot be added: it is made of the provider's key");
const addedValue = secretOf(
  z.string().regex(/^[!-~\u0080-\u00ff](?:[\t -~\u0080-\u00ff]*[!-~\u0080-\u00ff])?$/, "is not the value of a header"),
);

/** Headers that are sent with every request. Their values are secret. */
export const addedHeaders = z.record(addedName, addedValue).refine((headers) => {
  const names = Object.keys(headers).map((name) => name.toLowerCase());
  return new Set(names).size === names.length;
}, "has a header twice: large and small letters are the same");
