import type { ListedModel, ModelListCodec } from "../../codec/model-list-codec.ts";
import type { Provider } from "../provider.ts";
import { upstreamFailure } from "./upstream-failure.ts";
import type { VendorHttp } from "./vendor-http.ts";

/** A vendor's list of models by its codec. */
export interface ListingApi {
  readonly codec: ModelListCodec;
  /** Path of the list, below the base URL; may have a query. */
  readonly path: string;
}

const maxPageBytes = 4 * 1024 * 1024;
const mostPages = 10;
const mostModels = 2000;
const longestId = 200;

/** Makes what asks a vendor for its models: page after page, 2000 models at the most. Names that no request could have are left out. */
export function modelLister(http: VendorHttp, provider: string, api: ListingApi): NonNullable<Provider["listModels"]> {
  const { codec, path } = api;
  return async (lease) => {
    const found: ListedModel[] = [];
    try {
      let query: string | undefined;
      for (let page = 0; page < mostPages && found.length < mostModels; page++) {
        const at = query === undefined ? path : `${path}${path.includes("?") ? "&" : "?"}${query}`;
        const { models, next } = codec.decodePage((await http.ask({ path: at }, { lease }, maxPageBytes)).text);
        found.push(...models.filter(({ id }) => id.length <= longestId && /^[^\s\p{Cc}]+$/u.test(id)));
        if (next === undefined) break;
        query = next;
      }
      lease.close();
      return found.slice(0, mostModels);
    } catch (error) {
      const failure = upstreamFailure(error, provider);
      lease.close(failure);
      throw failure;
    }
  };
}
