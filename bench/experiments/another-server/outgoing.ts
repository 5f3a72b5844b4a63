import { subscribe, unsubscribe } from 'node:diagnostics_channel'
import { Socket } from 'node:net'

/** What Node says of every socket that this process opens to somewhere. */
const SOCKETS = 'net.client.socket'

export interface Outgoing {
  /** From here on. @returns the sockets on which something was sent since, or that were opened since */
  measure(): () => number
  stop(): void
}

/** Whom this process asks from now on, but for these ports: those of its own clients. */
export function watchOutgoing(isOwn: (port: number) => boolean): Outgoing {
  /** One that leads nowhere yet, or has failed, counts as well. */
  const ports = new Map<Socket, number | undefined>()
  const onSocket = (message: unknown) => {
    if (typeof message !== 'object' || message === null || !('socket' in message)) return
    const { socket } = message
    if (!(socket instanceof Socket)) return
    ports.set(socket, undefined)
    socket.once('connect', () => ports.set(socket, socket.remotePort))
  }
  subscribe(SOCKETS, onSocket)
  return {
    measure() {
      const before = new Map([...ports.keys()].map((socket) => [socket, socket.bytesWritten]))
      return () =>
        [...ports].filter(
          ([socket, port]) =>
            (port === undefined || !isOwn(port)) && socket.bytesWritten !== before.get(socket),
        ).length
    },
    stop: () => unsubscribe(SOCKETS, onSocket),
  }
}
