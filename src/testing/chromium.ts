import { type Browser, chromium } from 'playwright-core'

const executablePath = process.env.CHROMIUM_PATH ?? '/usr/bin/chromium'
const args = [
  '--no-sandbox',
  '--disable-gpu',
  '--disable-quic',
  '--no-first-run',
  '--disable-background-networking',
  '--disable-component-update',
  '--disable-sync',
]

/** The browser of the machine, for tests of pages. */
export function launchChromium(): Promise<Browser> {
  return chromium.launch({ executablePath, args }).catch((cause: unknown) => {
    const next = 'install it (Debian: apt-get install chromium) or set CHROMIUM_PATH to the executable'
    throw new Error(`Chromium did not start from ${executablePath}: ${next}`, { cause })
  })
}
