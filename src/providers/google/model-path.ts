/** The path of a model's method. The model is one segment of it, whatever is in its name. */
export const modelPath = (model: string, method: string): string =>
  `/models/${encodeURIComponent(model.replace(/^models\//, ""))}:${method}`;
