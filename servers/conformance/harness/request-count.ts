import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { IncomingMessage } from 'node:http'

/** What node:http says of every request to a server of this process. */
const REQUESTS = 'http.server.request.start'

/** Counts the requests for a path at a server of this process from now on, without a word to the server or to whoever asks it. */
export function countRequests(origin: string, path: string) {
  const port = Number(new URL(origin).port)
  let count = 0
  const onRequest = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('request' in message)) return
    const { request } = message
    if (request instanceof IncomingMessage && request.socket.localPort === port && request.url === path)
      count++
  }
  subscribe(REQUESTS, onRequest)
  return { count: () => count, stop: () => unsubscribe(REQUESTS, onRequest) }
}
