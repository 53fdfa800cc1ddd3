import { execFile } from "node:child_process";
import { cpSync, globSync, lstatSync, mkdirSync, readFileSync } from "node:fs";
import { basename, join, relative } from "node:path";
import { promisify } from "node:util";

/** What a Dockerfile makes, in a folder that stands for the image's root. */
export interface BuiltImage {
  /** The folder. Nothing of the base image is in it. */
  readonly root: string;
  readonly workdir: string;
  readonly env: Readonly<Record<string, string>>;
  readonly user: string;
  readonly healthcheck: readonly string[];
  readonly entrypoint: readonly string[];
  readonly cmd: readonly string[];
  /** What its stages are made from. */
  readonly bases: readonly string[];
}

class Stage {
  readonly root: string;
  workdir = "/";
  env: Record<string, string> = {};
  user = "";
  healthcheck: readonly string[] = [];
  entrypoint: readonly string[] = [];
  cmd: readonly string[] = [];

  constructor(root: string) {
    this.root = root;
    mkdirSync(root);
  }

  /** A path in the image as one of this machine. */
  at(path: string): string {
    return join(this.root, path.startsWith("/") ? path : join(this.workdir, path));
  }
}

/**
 * Builds an image as far as that goes without a container: COPY and RUN happen in folders below `scratch`, one per stage, and what only
 * a container can do is noted. Knows the instructions that our Dockerfile uses, and refuses every other, and commands that name absolute
 * paths, which would be this machine's.
 * @throws Error for what a build would fail on: a COPY without a source, a command that fails.
 */
export async function buildContainer(dockerfile: string, context: string, scratch: string): Promise<BuiltImage> {
  const allowed = readFileSync(join(context, ".dockerignore"), "utf8").split("\n").flatMap(entryOf);
  const stages = new Map<string, Stage>();
  const bases: string[] = [];
  let stage: Stage | undefined;
  for (const line of instructionsOf(readFileSync(dockerfile, "utf8"))) {
    const [, instruction = "", rest = ""] = /^([A-Z]+)\s+(.*)$/.exec(line) ?? [];
    if (instruction === "FROM") {
      const [, base = "", name = `${stages.size}`] = /^(\S+)(?: AS (\S+))?$/.exec(rest) ?? [];
      stage = new Stage(join(scratch, name));
      stages.set(name, stage);
      bases.push(base);
      continue;
    }
    if (stage === undefined) throw new Error(`before the first FROM: ${line}`);
    switch (instruction) {
      case "WORKDIR":
        stage.workdir = rest;
        mkdirSync(stage.at("."), { recursive: true });
        break;
      case "COPY":
        copy(rest, stage, stages, context, allowed);
        break;
      case "RUN":
        await run(rest, stage);
        break;
      case "ENV": {
        const [, name = "", value = ""] = /^(\w+)=('[^']*'|[^\s'"]*)$/.exec(rest) ?? [];
        stage.env[name] = value.replaceAll("'", "");
        break;
      }
      case "USER":
        stage.user = rest;
        break;
      case "HEALTHCHECK":
        stage.healthcheck = words(/ CMD (.*)$/.exec(rest)?.[1]);
        break;
      case "ENTRYPOINT":
        stage.entrypoint = words(rest);
        break;
      case "CMD":
        stage.cmd = words(rest);
        break;
      case "EXPOSE":
        break;
      default:
        throw new Error(`what does ${instruction} do?`);
    }
  }
  if (stage === undefined) throw new Error("no FROM");
  return { ...stage, bases };
}

function instructionsOf(text: string): string[] {
  const lines = text.replaceAll(/^#.*\n/gm, "").replaceAll(/\\\n\s*/g, " ");
  return lines.split("\n").filter((line) => line !== "");
}

/** A line of an ignore file that begins with `*`, so that its other lines say what is not ignored. */
function entryOf(line: string): string[] {
  if (line === "" || line.startsWith("#") || line === "*") return [];
  if (!line.startsWith("!")) throw new Error(`.dockerignore: ${line}`);
  return [line.slice(1)];
}

function words(json: string | undefined): readonly string[] {
  return JSON.parse(json ?? "[]") as readonly string[];
}

function copy(rest: string, into: Stage, stages: ReadonlyMap<string, Stage>, context: string, allowed: readonly string[]): void {
  const [, from, paths = ""] = /^(?:--from=(\S+) )?(.*)$/.exec(rest) ?? [];
  const sources = paths.split(/\s+/);
  const target = sources.pop() ?? "";
  const root = from === undefined ? context : (stages.get(from)?.root ?? `no stage ${from}`);
  for (const source of sources) {
    const found = source === "." ? allowed.map((path) => join(root, path)) : globSync(join(root, source));
    if (found.length === 0) throw new Error(`COPY ${rest}: there is no ${source}`);
    for (const path of found) {
      const name = relative(root, path);
      if (from === undefined && !allowed.some((one) => name === one || name.startsWith(`${one}/`))) {
        throw new Error(`COPY ${rest}: .dockerignore keeps ${name} out`);
      }
      const inFolder = sources.length > 1 || target.endsWith("/") || source.includes("*") || !lstatSync(path).isDirectory();
      const to = source === "." ? join(target, name) : inFolder ? join(target, basename(path)) : target;
      cpSync(path, into.at(to), { recursive: true, verbatimSymlinks: true });
    }
  }
}

async function run(command: string, stage: Stage): Promise<void> {
  if (/(^|[\s"'=])\//.test(command)) throw new Error(`RUN ${command}: an absolute path`);
  const { PATH, HOME, NODE_EXTRA_CA_CERTS } = process.env; // the last for machines that reach the registry by authorities of their own
  const env = { PATH, HOME, ...(NODE_EXTRA_CA_CERTS && { NODE_EXTRA_CA_CERTS }), npm_config_prefer_offline: "true" };
  await promisify(execFile)("sh", ["-c", command], { cwd: stage.at("."), env, maxBuffer: 64 * 1024 * 1024 });
}
