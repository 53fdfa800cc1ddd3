import type { ToolCallDelta } from "#gen/sluice/chat/v1/chat_completion_chunk_pb";
import { GatewayError } from "../../chat/error.ts";
import { compactJson } from "./compact-json.ts";
import type { FunctionCallPiece } from "./function-call-json.ts";
import { PartialArguments } from "./partial-arguments.ts";

/** Turns function calls, whole or in pieces, into deltas of tool calls. */
export class CallDecoder {
  readonly #callId: (call: number) => string;
  /** The arguments of the last call, while more of them is to come. */
  #arguments: PartialArguments | undefined;
  /** How many calls have begun. */
  count = 0;

  /** `callId`: the id of the call of a number, where the vendor gives none. */
  constructor(callId: (call: number) => string) {
    this.#callId = callId;
  }

  /**
   * Adds what a piece brings. One with a name begins a call; one without goes on with the last.
   * @throws GatewayError `upstream_error` for arguments of no call.
   */
  add(piece: FunctionCallPiece, signature: string | undefined, into: ToolCallDelta[]): void {
    if (piece.name !== undefined && piece.name !== "") this.#begin(piece, piece.name, signature, into);
    else if (this.#arguments === undefined) {
      if (piece.args !== undefined || piece.partialArgs !== undefined) {
        throw new GatewayError("upstream_error", "the upstream's reply has a call without a name");
      }
      return;
    } else if (signature !== undefined) into.push({ ...this.#delta(), signature });
    this.#goOn(piece, into);
  }

  /** Ends the last call, which not every stream does by itself. */
  close(into: ToolCallDelta[]): void {
    if (this.#arguments === undefined) return;
    into.push(this.#argumentsDelta(this.#arguments.end()));
    this.#arguments = undefined;
  }

  #begin(piece: FunctionCallPiece, name: string, signature: string | undefined, into: ToolCallDelta[]): void {
    this.close(into);
    this.count++;
    const call = this.count - 1;
    const whole = piece.args !== undefined || (piece.willContinue !== true && piece.partialArgs === undefined);
    into.push({
      ...this.#delta(),
      id: piece.id || this.#callId(call),
      type: "function",
      function: {
        $typeName: "sluice.chat.v1.FunctionCallDelta",
        name,
        arguments: whole ? compactJson(piece.args ?? "{}") : "",
      },
      ...(signature === undefined ? {} : { signature }),
    });
    if (!whole) this.#arguments = new PartialArguments();
  }

  #goOn({ partialArgs = [], willContinue }: FunctionCallPiece, into: ToolCallDelta[]): void {
    const open = this.#arguments;
    if (open === undefined) return;
    let text = "";
    for (const argument of partialArgs) text += open.add(argument);
    if (willContinue !== true) {
      text += open.end();
      this.#arguments = undefined;
    }
    if (text !== "") into.push(this.#argumentsDelta(text));
  }

  #delta(): ToolCallDelta {
    return { $typeName: "sluice.chat.v1.ToolCallDelta", index: this.count - 1 };
  }

  #argumentsDelta(text: string): ToolCallDelta {
    return { ...this.#delta(), function: { $typeName: "sluice.chat.v1.FunctionCallDelta", arguments: text } };
  }
}
