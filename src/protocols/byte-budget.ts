import type { HttpOutgoing } from "./exchange.ts";

/** Bytes that requests hold in memory together, against one cap. */
export class ByteBudget {
  readonly #most: number;
  #held = 0;

  constructor(most: number) {
    this.#most = most;
  }

  /** How many are held. */
  get held(): number {
    return this.#held;
  }

  /** Opens an account of one request: what it takes is given back when its response is over or its client gone, if not before. */
  open(response: HttpOutgoing): ByteAccount {
    let taken = 0;
    let open = true;
    const close = () => {
      this.#held -= taken;
      taken = 0;
      open = false;
    };
    response.once("close", close);
    return {
      take: (bytes) => {
        if (!open) return true; // what still arrives is thrown away
        if (this.#held + bytes > this.#most) return false;
        this.#held += bytes;
        taken += bytes;
        return true;
      },
      fits: (bytes) => this.#held + bytes <= this.#most,
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
