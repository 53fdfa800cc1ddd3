// Level 0: before and after the model. Logs a line for every request.
import type { Middleware } from "sluice";

const beforeLlm: Middleware["beforeLlm"] = (ctx) => void ctx.log.info({ model: ctx.model }, "hello");
export default (): Middleware => ({ name: "greeting", beforeLlm });
