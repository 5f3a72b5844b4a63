/** Sends so many bytes to whoever connects: `source-main HOST PORT BYTES`. It ends with its standard input, which is its parent's to hold. */
import { createServer } from 'node:net'

const [host, port, bytes] = process.argv.slice(2)
const server = createServer((socket) => {
  socket.on('error', () => undefined)
  socket.end(Buffer.alloc(Number(bytes)))
})
server.listen(Number(port), host)
process.stdin.resume().on('end', () => process.exit(0))
