import { formatNumber } from '../../units.ts'
import { type DoctorCheck, enough, unknown, warn } from '../check.ts'

/** Servers each listen on one; connections to different servers may share theirs. */
const FREE = { warn: 1000, bad: 40 }
/** Connections of one engine to one server are opened together. */
const BACKLOG = 128

export const ports: DoctorCheck = {
  id: 'ports',
  title: 'Ports',
  check({ ports: { range, waiting, backlog } }) {
    if (range === null) return unknown('which ports connections may use is not shown')
    const free = range - (waiting ?? 0)
    const says = `${formatNumber(range)} for connections, ${waiting === null ? 'TIME_WAIT not shown' : `${formatNumber(waiting)} in TIME_WAIT`}, backlog ${backlog === null ? 'not shown' : formatNumber(backlog)}`
    if (backlog !== null && backlog < BACKLOG) return warn(says, `sysctl -w net.core.somaxconn=${4096}`)
    return enough(free, FREE, says, 'Wait a minute, or: sysctl -w net.ipv4.ip_local_port_range="10240 65000"')
  },
}
