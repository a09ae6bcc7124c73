import type { RandomBytes } from "../tenant/identifiers";

/**
 * Bytes that are the same for the same number, every time: for tenants that must come out alike. Not for secrets.
 * The generator is xoshiro128** by Blackman and Vigna, https://prng.di.unimi.it
 */
export class SeededRandom {
  readonly #state = new Uint32Array(4);

  constructor(seed: number) {
    // SplitMix32 spreads a small number over the whole state.
    let mixed = seed >>> 0;
    for (let index = 0; index < 4; index++) {
      mixed = (mixed + 0x9e3779b9) >>> 0;
      let value = mixed;
      value = Math.imul(value ^ (value >>> 16), 0x21f0aaad);
      value = Math.imul(value ^ (value >>> 15), 0x735a2d97);
      this.#state[index] = value ^ (value >>> 15);
    }
  }

  /** 32 random bits. */
  next(): number {
    const state = this.#state as Uint32Array & { 0: number; 1: number; 2: number; 3: number };
    const result = Math.imul(rotated(Math.imul(state[1], 5), 7), 9) >>> 0;
    const shifted = state[1] << 9;
    state[2] ^= state[0];
    state[3] ^= state[1];
    state[1] ^= state[2];
    state[0] ^= state[3];
    state[2] ^= shifted;
    state[3] = rotated(state[3], 11);
    return result;
  }

  /** From 0 inclusive to 1 exclusive. */
  share(): number {
    return this.next() / 4_294_967_296;
  }

  /** A whole number from 0 to `count` exclusive. */
  below(count: number): number {
    return Math.floor(this.share() * count);
  }

  readonly bytes: RandomBytes = (size) => {
    const words = new Uint32Array(Math.ceil(size / 4));
    for (let index = 0; index < words.length; index++) words[index] = this.next();
    return Buffer.from(words.buffer, 0, size);
  };
}

function rotated(value: number, bits: number): number {
  return (value << bits) | (value >>> (32 - bits));
}
