import type { ChatCompletionRequest } from "#gen/sluice/chat/v1/chat_completion_request_pb";
import type { WireRequest } from "../../chat/chat-request.ts";
import type { Immutable } from "../../chat/immutable.ts";
import { modelledMembers, requestJson } from "./request-json.ts";
import type { VendorQuirks } from "./vendor-quirks.ts";

const developerRole = '"developer"';

/** {@link VendorQuirks}, ready to be applied. */
export class Dialect {
  readonly refused: ReadonlySet<string>;
  readonly refusedInMessages: ReadonlySet<string>;
  readonly refusedInParts: ReadonlySet<string>;
  readonly renamed: ReadonlyMap<string, string>;
  readonly reasoning: VendorQuirks["reasoning"];
  readonly developer: boolean;
  /** Keys of messages and their items that have to be looked at. */
  readonly #watched: ReadonlySet<string>;
  /** Parameters that never have to be. */
  readonly #plain: ReadonlySet<string>;

  constructor(quirks: VendorQuirks) {
    this.refused = new Set(quirks.refused);
    this.refusedInMessages = new Set(quirks.refusedInMessages);
    this.refusedInParts = new Set(quirks.refusedInParts);
    this.renamed = new Map(Object.entries(quirks.renamed ?? {}));
    this.reasoning = quirks.reasoning;
    this.developer = quirks.developer ?? false;
    const always = ["reasoning_content", "reasoning", "reasoning_blocks", "signature"];
    this.#watched = new Set([...always, ...this.refusedInMessages, ...this.refusedInParts]);
    this.#plain = new Set([...modelledMembers].filter((name) => !this.refused.has(name) && !this.renamed.has(name)));
  }

  /** Whether a client's bytes may have to be fitted. */
  concernsBytes({ bytes, keys, watched }: WireRequest): boolean {
    if (keys.some((key) => this.refused.has(key) || this.renamed.has(key))) return true;
    if (watched.some((key) => this.#watched.has(key))) return true;
    return !this.developer && Buffer.from(bytes.buffer, bytes.byteOffset, bytes.byteLength).includes(developerRole);
  }

  /** Whether the body that a request was encoded as may have to be. */
  concernsBody(request: Immutable<ChatCompletionRequest>, body: string): boolean {
    if (requestJson.members(request as ChatCompletionRequest, this.#plain) !== "") return true; // read, never written
    for (const key of this.#watched) if (body.includes(`"${key}":`)) return true;
    return !this.developer && body.includes(developerRole);
  }
}
