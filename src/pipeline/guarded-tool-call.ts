import type { CustomToolCallDelta, FunctionCallDelta, ToolCallDelta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import type { GuardPanel } from "./guard-panel.ts";
import { GuardedText } from "./guarded-text.ts";

/**
 * One tool call under guards. Its id, type and name are looked at when they arrive and leave with the first character of the
 * arguments, or at the end.
 */
export class GuardedToolCall {
  readonly #panel: GuardPanel;
  readonly #choice: number;
  readonly #index: number;
  readonly #onBlock: () => void;
  #text: GuardedText | undefined;
  #kind: "function" | "custom" | undefined;
  /** What is known of the call's head; each is taken once, repeats are dropped. */
  readonly #head: { id?: string; type?: string; name?: string } = {};
  /** The part of the head that has not left. */
  #unsent: { id?: string; type?: string; name?: string } = {};
  #begun = false;
  #signature: string | undefined;

  /** `index` is the call's among the choice's; `onBlock` is told when a guard blocks its arguments. */
  constructor(panel: GuardPanel, choice: number, index: number, onBlock: () => void) {
    this.#panel = panel;
    this.#choice = choice;
    this.#index = index;
    this.#onBlock = onBlock;
  }

  /** Characters that wait. UTF-16 code units. */
  get held(): number {
    return this.#text?.held ?? 0;
  }

  /** Takes the next piece and gives what may leave now, if anything. */
  take(piece: ToolCallDelta): ToolCallDelta | undefined {
    this.#learn("id", piece.id);
    this.#learn("type", piece.type);
    this.#learn("name", piece.function?.name ?? piece.custom?.name);
    if (piece.signature !== undefined) {
      this.#signature = this.#panel.opaque(piece.signature, "choices.delta.tool_calls.signature", this.#choice);
    }
    if (hasUnknown(piece) || hasUnknown(piece.function) || hasUnknown(piece.custom)) {
      this.#panel.dropField("choices.delta.tool_calls.unknown_fields_json");
    }
    if (piece.function !== undefined) this.#kind ??= "function";
    else if (piece.custom !== undefined) this.#kind ??= "custom";
    const text = piece.function?.arguments ?? piece.custom?.input ?? "";
    const released = text === "" ? "" : this.#arguments().take(text);
    if (released === "" && !(this.#begun && this.#hasUnsent())) return undefined;
    return this.#piece(released);
  }

  /** The call is over: gives what may still leave, if anything. */
  end(kind: "eof" | "truncated"): ToolCallDelta | undefined {
    const released = this.#text?.end(kind) ?? "";
    if (released === "" && ((this.#begun && !this.#hasUnsent()) || this.#text?.blocked === true)) return undefined;
    return this.#piece(released);
  }

  /** Drops what waits. */
  drop(): void {
    this.#text?.drop();
  }

  #arguments(): GuardedText {
    this.#text ??= new GuardedText({
      guards: this.#panel.on("tool_arguments"),
      key: { channel: "tool_arguments", choice: this.#choice, tool: this.#index },
      channel: "tool_arguments",
      json: this.#kind !== "custom",
      sink: this.#panel.sink,
      onBlock: this.#onBlock,
    });
    return this.#text;
  }

  #learn(name: "id" | "type" | "name", value: string | undefined): void {
    if (value === undefined || value === "" || this.#head[name] !== undefined) return;
    this.#head[name] = this.#panel.identifier(value, `choices.delta.tool_calls.${name}`, this.#choice);
    this.#unsent[name] = this.#head[name];
  }

  #hasUnsent(): boolean {
    return this.#signature !== undefined || Object.keys(this.#unsent).length > 0;
  }

  #piece(released: string): ToolCallDelta {
    const { id, type, name } = this.#unsent;
    this.#unsent = {};
    this.#begun = true;
    const piece: ToolCallDelta = { $typeName: "sluice.chat.v1.ToolCallDelta", index: this.#index };
    if (id !== undefined) piece.id = id;
    if (type !== undefined) piece.type = type;
    if (this.#signature !== undefined) piece.signature = this.#signature;
    this.#signature = undefined;
    if (this.#kind === "function") {
      const call: FunctionCallDelta = { $typeName: "sluice.chat.v1.FunctionCallDelta", arguments: released };
      if (name !== undefined) call.name = name;
      piece.function = call;
    } else if (this.#kind === "custom") {
      const call: CustomToolCallDelta = { $typeName: "sluice.chat.v1.CustomToolCallDelta", input: released };
      if (name !== undefined) call.name = name;
      piece.custom = call;
    }
    return piece;
  }
}

function hasUnknown(message: { readonly unknownFieldsJson?: string | undefined } | undefined): boolean {
  return message?.unknownFieldsJson !== undefined;
}
