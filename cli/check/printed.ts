/** What a process prints, as much of its end as people can be shown. */
import type { Readable } from "node:stream";
import { withoutMarkers } from "./markers";

/** In characters. */
const KEPT = 64 * 1024;

/** What steers a terminal: colours, and every other control character but the ends of lines and tabs. */
const STEERING = /\u001b\[[0-9;?]*[A-Za-z]|[\u0000-\u0008\u000b-\u001f\u007f-\u009f]/g;

export class Printed {
  #text = "";

  constructor(...streams: readonly Readable[]) {
    for (const stream of streams) {
      stream.setEncoding("utf8").on("data", (text: string) => {
        this.#text = (this.#text + text).slice(-KEPT);
      });
    }
  }

  /** The end of it, plain. */
  get text(): string {
    return withoutMarkers(this.#text).replaceAll(STEERING, "");
  }
}
