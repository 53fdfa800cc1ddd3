import { checkMiddleware } from "./compile.ts";
import type { Middleware } from "./middleware.ts";
import { Pipeline } from "./pipeline.ts";

/**
 * Puts a pipeline together. The order of `use` is the onion's: the first is outermost.
 * @example new PipelineBuilder().use(logging()).useIf(strict, responseValidator({ action: "fail" })).monitoringInterval(3).build()
 */
export class PipelineBuilder {
  readonly #list: Middleware[] = [];
  #interval = 3;
  #window = 4096;
  #maxFoldedBytes = 4 * 1024 * 1024;

  /** Adds a middleware inside those added before. */
  use(middleware: Middleware): this {
    this.#list.push(middleware);
    return this;
  }

  /** Adds a middleware when the condition holds. */
  useIf(condition: boolean, middleware: Middleware): this {
    return condition ? this.use(middleware) : this;
  }

  /** Level-1 hooks run every `chunks` chunks. Default 3. */
  monitoringInterval(chunks: number): this {
    this.#interval = positive(chunks, "monitoringInterval", 1);
    return this;
  }

  /** Characters that level-1 hooks see of each text (UTF-16 code units). Default 4096. */
  monitoringWindow(characters: number): this {
    this.#window = positive(characters, "monitoringWindow", 2);
    return this;
  }

  /** Characters of a reply that are folded into `ctx.response` at the most. Default 4 Mi. */
  maxFoldedBytes(bytes: number): this {
    this.#maxFoldedBytes = positive(bytes, "maxFoldedBytes", 1);
    return this;
  }

  /**
   * Compiles the pipeline.
   * @throws Error naming the middleware that cannot work here, and why.
   */
  build(): Pipeline {
    for (const middleware of this.#list) checkMiddleware(middleware);
    return new Pipeline([...this.#list], {
      interval: this.#interval,
      window: this.#window,
      maxFoldedBytes: this.#maxFoldedBytes,
    });
  }
}

function positive(value: number, name: string, least: number): number {
  if (!Number.isInteger(value) || value < least)
    throw new RangeError(`${name} must be a whole number of at least ${least}, not ${value}`);
  return value;
}
