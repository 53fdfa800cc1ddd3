import type { Usage } from "#gen/sluice/chat/v1/usage_pb";
import type { JsonReader } from "../json/json-reader.ts";
import { readTokenUsage } from "./token-usage.ts";

/** What a reply says of itself beside its content. */
export class ReplyNotes {
  usage: Usage | undefined;
  serviceTier: string | undefined;
  /** The model that a prompt router chose. */
  upstreamModel: string | undefined;
  #unknown = "";

  /** Latency, guardrail trace and the like: exact JSON text of one object. */
  get unknownFieldsJson(): string | undefined {
    return this.#unknown === "" ? undefined : `{${this.#unknown}}`;
  }

  /** Reads the value of a member; `start` is where its key begins. */
  read(key: string, start: number, reader: JsonReader): void {
    if (reader.takeNull()) return;
    if (key === "usage") this.usage = readTokenUsage(reader);
    else if (key === "serviceTier") this.serviceTier = inside(reader, "type");
    else if (key === "p")
      reader.skip(); // padding against traffic analysis
    else {
      if (key === "trace" && reader.kind() === "object") this.#trace(reader);
      else reader.skip();
      this.#unknown += `${this.#unknown === "" ? "" : ","}${reader.since(start)}`;
    }
  }

  #trace(reader: JsonReader): void {
    reader.object((key) => {
      if (key === "promptRouter" && reader.kind() === "object") this.upstreamModel = inside(reader, "invokedModelId");
      else reader.skip();
    });
  }
}

/** The text of one member of an object. */
function inside(reader: JsonReader, name: string): string | undefined {
  let found: string | undefined;
  reader.object((key) => {
    if (key === name && reader.kind() === "string") found = reader.string();
    else reader.skip();
  });
  return found;
}
