/**
 * A pattern with its `(?i:…)` groups spelled out: `(?i:ab)` becomes `(?:[aA][bB])`. JavaScript has the modifier too, but V8 14 loses
 * matches of larger alternations in it, and older ones lack it.
 */
export function spellOutCase(pattern: string): string {
  /** Of each open group, whether letters match in either case in it. */
  const groups = [false];
  let spelled = "";
  for (let i = 0; i < pattern.length; ) {
    const anyCase = groups.at(-1) ?? false;
    const [token = ""] =
      /\\u[0-9A-Fa-f]{4}|\\x[0-9A-Fa-f]{2}|\\[\s\S]|\[\^?(?:\\[\s\S]|[^\]\\])*\]|\(\?(?:i:|<?[=!]|:)|[\s\S]/y[Symbol.match](
        pattern.slice(i),
      ) ?? [];
    i += token.length;
    if (token.startsWith("(")) groups.push(anyCase || token === "(?i:");
    if (token === ")") groups.pop();
    spelled += token === "(?i:" ? "(?:" : anyCase ? inEitherCase(token) : token;
  }
  return spelled;
}

function inEitherCase(token: string): string {
  if (token.startsWith("[")) {
    const members = token.slice(1, -1);
    const letters = members.replace(/\\u[0-9A-Fa-f]{4}|\\[\s\S]/g, "").match(/[A-Za-z]-[A-Za-z]|[A-Za-z]/g) ?? [];
    return `[${members}${letters.map(otherCase).join("")}]`;
  }
  return token.length === 1 && otherCase(token) !== token ? `[${token}${otherCase(token)}]` : token;
}

function otherCase(letters: string): string {
  return letters === letters.toLowerCase() ? letters.toUpperCase() : letters.toLowerCase();
}
