import { createRequire } from "node:module";
import { dirname } from "node:path";

const require = createRequire(import.meta.url);
const { version } = require("sluice/package.json") as { readonly version: string };

/** This package as it is installed, or cloned: what its package.json says, and the folder that is in. */
export const ownPackage = { version, folder: dirname(require.resolve("sluice/package.json")) } as const;
