/** The one part of undici that is used. Its main module loads fetch, web sockets, mocks and more: 6 MiB of an idle process. */
declare module "undici/lib/dispatcher/pool.js" {
  export { Pool as default } from "undici";
}
