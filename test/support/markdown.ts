import { readFileSync } from "node:fs";
import { marked, type Token, type Tokens } from "marked";

/** A fenced block. */
export interface Fence {
  readonly lang: string;
  readonly text: string;
  /** The heading it stands under; empty: none. */
  readonly section: string;
  /** The block that follows it with nothing between, if any. */
  readonly next: Fence | undefined;
  /** What a paragraph right before it links to at its end, if it ends with a link and a colon. */
  readonly shows: string | undefined;
}

/** A table: its header, and its rows as Markdown text. */
export interface Table {
  readonly section: string;
  readonly header: readonly string[];
  readonly rows: readonly (readonly string[])[];
}

/** A Markdown page, in parts that can be checked. */
export interface Page {
  readonly fences: readonly Fence[];
  readonly tables: readonly Table[];
  /** Every link's target. */
  readonly links: readonly string[];
  /** Every text in backticks outside of fences. */
  readonly codes: readonly string[];
  /** What its headings are linked by. */
  readonly anchors: ReadonlySet<string>;
}

/** Reads a page. */
export function readPage(file: string): Page {
  const tokens = marked.lexer(readFileSync(file, "utf8")).filter(({ type }) => type !== "space");
  const links: string[] = [];
  const codes: string[] = [];
  marked.walkTokens(tokens, (token) => {
    if (token.type === "link") links.push((token as Tokens.Link).href);
    if (token.type === "codespan") codes.push((token as Tokens.Codespan).text);
  });
  const headings = tokens.filter((token): token is Tokens.Heading => token.type === "heading");
  const anchors = new Set(headings.map(({ text }) => anchorOf(text)));
  return { fences: fencesOf(tokens), tables: tablesOf(tokens), links, codes, anchors };
}

function fencesOf(tokens: readonly Token[]): Fence[] {
  const fences: Fence[] = [];
  for (let i = tokens.length - 1; i >= 0; i--) {
    const token = tokens[i];
    if (token?.type !== "code") continue;
    const { lang = "", text } = token as Tokens.Code;
    const before = tokens[i - 1];
    const shows = before?.type === "paragraph" ? /\]\(([^)]+)\):$/.exec(before.raw.trim())?.[1] : undefined;
    const next = tokens[i + 1]?.type === "code" ? fences[0] : undefined;
    fences.unshift({ lang, text, section: sectionAt(tokens, i), next, shows });
  }
  return fences;
}

function tablesOf(tokens: readonly Token[]): Table[] {
  return tokens.flatMap((token, index) => {
    if (token.type !== "table") return [];
    const { header, rows } = token as Tokens.Table;
    const text = (cells: readonly Tokens.TableCell[]) => cells.map((cell) => cell.text);
    return [{ section: sectionAt(tokens, index), header: text(header), rows: rows.map(text) }];
  });
}

function sectionAt(tokens: readonly Token[], index: number): string {
  const heading = tokens.slice(0, index).findLast((token) => token.type === "heading");
  return heading === undefined ? "" : (heading as Tokens.Heading).text;
}

/** A heading's anchor, as GitHub makes it. */
function anchorOf(heading: string): string {
  return heading
    .toLowerCase()
    .replace(/[^\p{L}\p{N}\s_-]/gu, "")
    .replace(/\s/g, "-");
}
