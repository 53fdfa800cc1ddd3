import type { Recognizer } from "../recognizer.ts";
import { connectionString } from "./connection-string.ts";
import { jsonWebToken } from "./json-web-token.ts";
import { privateKey } from "./private-key.ts";
import { namedKey, providerKey } from "./provider-key.ts";

/** The recognizers of secrets that are looked for by default. */
export const secretRecognizers: readonly Recognizer[] = [providerKey, namedKey, privateKey, jsonWebToken, connectionString];
