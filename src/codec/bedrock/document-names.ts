const longest = 200;

/**
 * Names for the documents of one request as Bedrock wants them: letters and digits, single spaces, hyphens, parentheses and square
 * brackets, and no name twice (https://docs.aws.amazon.com/bedrock/latest/APIReference/API_runtime_DocumentBlock.html).
 */
export class DocumentNames {
  readonly #given = new Set<string>();

  /** A name for a file called so; one without a usable name is a `document`. */
  next(filename: string | undefined): string {
    const base =
      (filename ?? "")
        .replace(/\.[A-Za-z\d]{1,5}$/, "")
        .replace(/[^A-Za-z\d\s()[\]-]+/g, " ")
        .replace(/\s+/g, " ")
        .trim()
        .slice(0, longest - 8) || "document";
    let name = base;
    for (let copy = 2; this.#given.has(name); copy++) name = `${base} (${copy})`;
    this.#given.add(name);
    return name;
  }
}
