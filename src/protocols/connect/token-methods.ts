import { TokenService } from "#gen/sluice/chat/v1/token_service_pb";
import { type Method, unary } from "./method.ts";
import { unaryAnswer } from "./unary-answer.ts";

const { countTokens } = TokenService.method;

/** The methods of `sluice.chat.v1.TokenService`. */
export const tokenMethods: readonly Method[] = [
  unary(countTokens, "countTokens", async (request, call) => {
    const reply = await unaryAnswer(call, "countTokens", request, countTokens.output);
    return { ...reply, route: call.admitted.route };
  }),
];
