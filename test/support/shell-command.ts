/** The commands of a shell script that has no more than words, quotes and continued lines: each as its words. */
export function commandsOf(script: string): string[][] {
  return script
    .replace(/\\\n\s*/g, "")
    .split("\n")
    .filter((line) => line.trim() !== "")
    .map(wordsOf);
}

function wordsOf(line: string): string[] {
  return [...line.matchAll(/(?:'[^']*'|"[^"$`\\]*"|[^\s'"])+/g)].map(([word]) => word.replace(/'([^']*)'|"([^"]*)"/g, "$1$2"));
}

/** Runs a `curl` command, given its words, and gives what it would print. Knows the options that the documentation uses. */
export async function runCurl([, ...args]: readonly string[]): Promise<{ readonly status: number; readonly output: string }> {
  const headers = new Headers();
  let url = "";
  let body: string | undefined;
  let withHead = false;
  for (let i = 0; i < args.length; i++) {
    const word = args[i] ?? "";
    if (/^-[sSNi]+$/.test(word)) withHead ||= word.includes("i");
    else if (word === "-H") {
      const [, name = "", value = ""] = /^([^:]+): (.*)$/.exec(args[++i] ?? "") ?? [];
      headers.set(name, value);
    } else if (word === "-d") body = args[++i];
    else if (word.startsWith("http://")) url = word;
    else throw new Error(`curl: what does ${word} do?`);
  }
  const response = await fetch(url, body === undefined ? { headers } : { method: "POST", headers, body });
  const text = await response.text();
  if (!withHead) return { status: response.status, output: text };
  const head = [...response.headers].map(([name, value]) => `${name}: ${value}\n`).join("");
  return { status: response.status, output: `HTTP/1.1 ${response.status} ${response.statusText}\n${head}\n${text}` };
}
