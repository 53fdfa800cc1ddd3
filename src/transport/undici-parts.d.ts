/** The parts of undici that are used. Its main module loads fetch, web sockets, mocks and more: 6 MiB of an idle process. */
declare module "undici/lib/dispatcher/pool.js" {
  export { Pool as default } from "undici";
}
declare module "undici/lib/core/connect.js" {
  export { buildConnector as default } from "undici";
}
