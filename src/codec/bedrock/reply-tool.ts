/**
 * The tool that models without structured output are made to call instead of answering; its input is the answer. No client's tool may
 * be called so: a call of it in a reply is always the answer.
 */
export const replyTool = "sluice_structured_reply";
