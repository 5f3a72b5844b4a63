import { formatQuantity } from '../../units.ts'
import { bad, type DoctorCheck, fine, unknown, warn } from '../check.ts'

/** Each look at these leaves the process for the kernel, or for a device (Linux, timekeeping.rst). */
const SLOW = ['hpet', 'acpi_pm', 'jiffies', 'pit', 'xen', 'refined-jiffies']
/** Latencies are kept in whole microseconds. */
const COARSE_US = 10

export const clock: DoctorCheck = {
  id: 'clock',
  title: 'Clock',
  check({ clockSource, sample }) {
    const stands = sample !== null && !Number.isFinite(sample.clockStepUs)
    if (stands)
      return bad('it stands still: nothing can be timed', 'Run without what fakes the time (LD_PRELOAD).')
    const step = sample === null ? '' : `, steps of ${formatQuantity(sample.clockStepUs, 'us')}`
    if (sample !== null && sample.clockStepUs > COARSE_US) {
      return warn(
        `${clockSource ?? 'source not shown'}${step}: short latencies are rounded`,
        'Use a system whose clock has microseconds.',
      )
    }
    if (clockSource === null) return unknown(`source not shown${step}`)
    return SLOW.includes(clockSource)
      ? warn(
          `${clockSource}${step}: every look at it is slow, and a request takes several`,
          'Boot with clocksource=tsc, or use a virtual machine with kvm-clock.',
        )
      : fine(`${clockSource}${step}`)
  },
}
