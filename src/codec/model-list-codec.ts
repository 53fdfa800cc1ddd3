/** A model in a vendor's own list. */
export interface ListedModel {
  /** The vendor's own name of it, as requests name it. */
  readonly id: string;
  /** Unix time in seconds; 0 when the list does not tell. */
  readonly created: number;
}

/** A vendor's list of models: its JSON to what is known of them, pure and synchronous. */
export interface ModelListCodec {
  /**
   * A page of the list, and the query (without `?`) that asks for the next; undefined: it is the last.
   * @throws GatewayError `upstream_error` when it is none.
   */
  decodePage(body: string): { readonly models: readonly ListedModel[]; readonly next?: string | undefined };
}
