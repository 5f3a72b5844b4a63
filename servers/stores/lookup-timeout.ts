/** As much of a client as is looked at. */
interface Watched {
  /** Commands without an answer. */
  readonly commandQueue: { readonly length: number }
  readonly stream: { readonly bytesRead: number; destroy(cause: Error): unknown }
  sendCommand(...command: never[]): unknown
}

/** In the time that a silence may take, which is as exact as one of them. */
const LOOKS = 10

/**
 * Destroys the connection where commands wait and nothing has come for so long: they fail, and it reconnects by itself.
 *
 * Not by the `socketTimeout` of ioredis: after a stall of the event loop timers run before sockets are read, and an
 * answer that lies there is taken for silence. Here time is counted in looks, a stall being one of them however long,
 * and one more turn of the loop reads what has come before the connection is given up. Answers are not listened to:
 * a request costs nothing, and there is one timer, while commands wait.
 */
export function endWhenSilent(redis: Watched, silenceMs: number): void {
  const send = redis.sendCommand
  let looking = false
  let socket = redis.stream
  let bytesRead = 0
  let silentLooks = 0

  redis.sendCommand = (...command) => {
    const answer = send.apply(redis, command)
    if (!looking) begin()
    return answer
  }

  function begin(): void {
    looking = redis.commandQueue.length > 0
    if (!looking) return
    hear()
    setTimeout(look, silenceMs / LOOKS)
  }

  function hear(): void {
    socket = redis.stream
    bytesRead = socket.bytesRead
    silentLooks = 0
  }

  const isSilent = () =>
    redis.commandQueue.length > 0 && redis.stream === socket && socket.bytesRead === bytesRead

  function look(): void {
    if (!isSilent()) {
      begin()
      return
    }
    silentLooks += 1
    if (silentLooks < LOOKS) setTimeout(look, silenceMs / LOOKS)
    else setImmediate(conclude)
  }

  function conclude(): void {
    if (isSilent()) socket.destroy(new Error(`nothing came for ${silenceMs} ms`))
    begin()
  }
}
