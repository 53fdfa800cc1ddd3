import type { ChatCodec } from "../../src/codec/chat-codec.ts";

/** What a vendor's documentation wants for one of the requests. */
export interface GoldenBody {
  readonly body: object;
  /** Names of what has no place there. Default nothing. */
  readonly dropped?: readonly string[];
}

/** A reply as a vendor sends it, whole and in pieces, and what it says. */
export interface GoldenReply {
  readonly name: string;
  /** The page that shows such a reply. */
  readonly page: string;
  readonly whole: object;
  /** The payloads of the same reply's stream. */
  readonly events: readonly object[];
  /** What it is to a client, as OpenAI's JSON has it: at least this. */
  readonly said: object;
}

/** A codec, and what it is held to. */
export interface GoldenCodec {
  /** The vendor's name among the extensions. */
  readonly vendor: string;
  readonly title: string;
  readonly codec: ChatCodec;
  /** A model that takes as much as any of the vendor's. */
  readonly model: string;
  /** The bodies by the requests' names: all of them. Absent: the codec has a table of its own. */
  readonly bodies?: Readonly<Record<string, GoldenBody>>;
  /** Absent: as above. */
  readonly replies?: readonly GoldenReply[];
}
