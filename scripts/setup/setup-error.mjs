/** Nothing can run. The message says what happened, `next` what to do about it. */
export class SetupError extends Error {
  constructor(message, next) {
    super(message)
    this.next = next
  }
}
