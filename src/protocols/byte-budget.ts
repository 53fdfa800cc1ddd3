import type { HttpOutgoing } from "./exchange.ts";

/** A request that holds no more than this is a small one. */
const smallBytes = 64 * 1024;
/** The part of the cap that only small requests may take: a few large ones shut them out otherwise. */
const reservedPart = 1 / 8;

/** Bytes that requests hold in memory together, against one cap. The last eighth of it is for requests of up to 64 KiB. */
export class ByteBudget {
  readonly #most: number;
  readonly #mostWithLarge: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
    this.#mostWithLarge = most - most * reservedPart;
  }

  /** How many are held. */
  get held(): number {
    return this.#held;
  }

  /** Opens an account of one request: what it takes is given back when its response is over or its client gone, if not before. */
  open(response: HttpOutgoing): ByteAccount {
    let taken = 0;
    let open = true;
    const fits = (bytes: number) => this.#held + bytes <= (taken + bytes > smallBytes ? this.#mostWithLarge : this.#most);
    const close = () => {
      this.#held -= taken;
      taken = 0;
      open = false;
    };
    response.once("close", close);
    return {
      take: (bytes) => {
        if (!open) return true; // what still arrives is thrown away
        if (!fits(bytes)) return false;
        this.#held += bytes;
        taken += bytes;
        return true;
      },
      fits,
      close,
    };
  }
}

/** What one request takes of a {@link ByteBudget}. */
export interface ByteAccount {
  /** Takes bytes; false: there is no room for them. */
  take(bytes: number): boolean;
  /** Whether there would be room. */
  fits(bytes: number): boolean;
  /** Gives everything back. */
  close(): void;
}
