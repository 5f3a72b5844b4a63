import { connect } from 'node:net'

const REQUEST = Buffer.from('GET / HTTP/1.1\r\nHost: 127.0.0.1\r\nConnection: keep-alive\r\n\r\n')

/**
 * One request after another on a bare socket, with no parser and nothing else to do: what a round trip takes on this machine.
 * The answers are those of the known server, which are short enough to come in one piece.
 * @returns microseconds from before the write to the arrival, of each
 */
export async function askBare(port: number, requests: number): Promise<readonly number[]> {
  const socket = connect({ host: '127.0.0.1', port, noDelay: true })
  const { promise, resolve, reject } = Promise.withResolvers<readonly number[]>()
  const roundTripsUs: number[] = []
  let askedMs = 0
  const ask = () => {
    askedMs = performance.now()
    socket.write(REQUEST)
  }
  socket.on('connect', ask)
  socket.on('data', () => {
    roundTripsUs.push((performance.now() - askedMs) * 1000)
    if (roundTripsUs.length < requests) ask()
    else resolve(roundTripsUs)
  })
  socket.on('error', reject)
  socket.on('close', () => reject(new Error('the known server closed the connection')))
  try {
    return await promise
  } finally {
    socket.destroy()
  }
}
