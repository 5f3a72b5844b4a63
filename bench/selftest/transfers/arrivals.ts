/** The rate at which bytes came in, by the moments that are handed in. */
export class Arrivals {
  #firstMs: number | null = null
  #lastMs = 0
  #bytes = 0

  count(bytes: number, nowMs: number): void {
    // How long the first took to come was not seen.
    if (this.#firstMs === null) this.#firstMs = nowMs
    else this.#bytes += bytes
    this.#lastMs = nowMs
  }

  /** Not a number where less than two came. */
  get bitsPerSecond(): number {
    return (this.#bytes * 8000) / (this.#lastMs - (this.#firstMs ?? Number.NaN))
  }
}
