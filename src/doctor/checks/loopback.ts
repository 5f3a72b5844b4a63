import { bad, type DoctorCheck, fine } from '../check.ts'

export const loopback: DoctorCheck = {
  id: 'loopback',
  title: 'Loopback',
  check({ loopback: { v4, v6 } }) {
    if (!v4) return bad('127.0.0.1 is missing: servers cannot be reached', 'ip link set lo up')
    return fine(v6 ? '127.0.0.1 and ::1' : '127.0.0.1; no IPv6, which only a --target at [::1] needs')
  },
}
