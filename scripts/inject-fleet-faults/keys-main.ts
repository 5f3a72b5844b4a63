import { connectControl } from '../../bench/fleet/control.ts'
import { readJoinFile } from '../../bench/fleet/secrets/join-file.ts'

/** Started on a machine of the fleet: one key of its Redis a line. */
const redis = await connectControl(readJoinFile(process.argv[2] ?? ''))
const [, keys] = await redis.scan('0', 'COUNT', 100_000)
process.stdout.write(`${keys.join('\n')}\n`)
redis.disconnect()
