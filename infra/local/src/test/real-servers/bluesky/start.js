// A Bluesky server with a directory of identities, both on 127.0.0.1 only.
//
//   node start.js <port of the directory> <public port> <port> <directory>
//
// The server takes itself to be at the public port; a proxy of the test listens there and leads to the other one.
const fs = require('fs')
const net = require('net')
const path = require('path')
const { createRequire } = require('module')

const [directoryPort, publicPort, port] = process.argv.slice(2, 5).map(Number)
const data = process.argv[5]
const installed = createRequire(path.join(process.cwd(), 'package.json'))

// Both servers listen on all addresses unless they are told otherwise.
const listen = net.Server.prototype.listen
net.Server.prototype.listen = function (...args) {
  if (typeof args[0] === 'number' && typeof args[1] !== 'string') {
    args.splice(0, 1, args[0] === publicPort ? port : args[0], '127.0.0.1')
  }
  return listen.apply(this, args)
}

fs.mkdirSync(path.join(data, 'blobs'), { recursive: true })
Object.assign(process.env, {
  PDS_HOSTNAME: 'localhost',
  PDS_PORT: String(publicPort),
  PDS_DEV_MODE: 'true',
  PDS_DATA_DIRECTORY: data,
  PDS_BLOBSTORE_DISK_LOCATION: path.join(data, 'blobs'),
  PDS_JWT_SECRET: 'test-jwt-secret',
  PDS_DPOP_SECRET: '00'.repeat(31) + '01',
  PDS_ADMIN_PASSWORD: 'test-admin',
  PDS_PLC_ROTATION_KEY_K256_PRIVATE_KEY_HEX: '11'.repeat(32),
  PDS_DID_PLC_URL: `http://127.0.0.1:${directoryPort}`,
  PDS_SERVICE_HANDLE_DOMAINS: '.test',
  PDS_INVITE_REQUIRED: 'false',
  PDS_DISABLE_SSRF_PROTECTION: 'true',
  PDS_RATE_LIMITS_ENABLED: 'true',
  PDS_RATE_LIMIT_BYPASS_KEY: 'test-bypass',
  LOG_ENABLED: 'false',
})

async function main() {
  const { PlcServer, Database } = installed('@did-plc/server')
  const { PDS, envToCfg, envToSecrets, readEnv } = installed('@atproto/pds')
  const directory = PlcServer.create({ db: Database.mock(), port: directoryPort })
  await directory.start()
  const env = readEnv()
  const server = await PDS.create(envToCfg(env), envToSecrets(env))
  await server.start()
  console.log('ready')
  // Whoever started it holds the other end: when he is gone, it goes too.
  process.stdin.on('end', () => process.exit(0)).resume()
}

main().catch((e) => {
  console.error(e)
  process.exit(1)
})
